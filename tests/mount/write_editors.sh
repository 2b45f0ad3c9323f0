#!/bin/sh
# SPDX-License-Identifier: MIT
# Editors: their swap files and backups never become messages.
# semantics.md: "A file whose name matches `-o draft=GLOBS` (default `.*:*.tmp:*.part:*.swp:*~`) is a draft: it is never sent under that name."
. "$(dirname "$0")/../lib/idioms.sh"
need vim ex ed
mount_sqsfs
make_sources

for set in '' 'set backup' 'set nobackup nowritebackup' 'set backupcopy=yes' 'set noswapfile'; do
	sends 'typed\n' sh "vim -u NONE -N -es -c 'set swapfile directory=. viminfo=' -c '$set' \
		-c 'normal ityped' -c wq \$f"
done
sends 'typed\n' sh 'cd $q && vim -u NONE -N -es -c "set viminfo=" -c "normal ityped" -c wq f'
sends 'typed\n' sh 'printf "a\ntyped\n.\nwq\n" | ex -s -u NONE -c "set viminfo=" $f'
sends 'typed\n' sh 'printf "a\ntyped\n.\nw\nq\n" | ed -s $f'
# An editor may prepare a draft as often as it likes: it is sent when it is renamed.
sends 'first\nsecond\n' sh 'echo first > $f.tmp
	vim -u NONE -N -es -c "set viminfo=" -c "normal Gosecond" -c wq $f.tmp
	mv $f.tmp $f'
idioms_end
