#!/bin/sh
# SPDX-License-Identifier: MIT
# What everyday programs do when they write a file: each row is exactly its messages.
# semantics.md: "close(2) returns the outcome when the process that opened the file closes it, and nobody else holds it open for writing."
# semantics.md: "chmod, chown, utimens and POSIX ACLs are accepted on files that are being sent and change nothing at the service."
# semantics.md: "Tools that touch a file after closing it, as `install`, `rsync` and `shutil.copy2` do, therefore succeed."
. "$(dirname "$0")/../lib/idioms.sh"
need rsync curl perl ed awk split openssl find
mount_sqsfs
make_sources
gzip -nc "$src/text" >"$tmp/text.gz"
base64 "$src/text" >"$tmp/text.b64"
tar -cf "$tmp/text.tar" -C "$src" text
tar -cf "$tmp/both.tar" -C "$src" text other

for options in '' -p -a --preserve=all --no-preserve=all --remove-destination -f -u -n; do
	sends "@$src/binary" sh "cp $options \$src/binary \$f"
done
sends "@$src/text @$src/other" sh 'cp $src/text $src/other $q/'
sends "@$src/text" sh 'cp -r $src/text $q/'
sends "@$src/text" sh 'cat $src/text | cp /dev/stdin $f'
sends "@$src/text" sh 'cp $src/text m; mv m $f; test ! -e m'
sends "@$src/binary" sh 'cp $src/binary m; mv m $q/; test ! -e m'
sends "@$src/text" sh 'install $src/text $f'
sends "@$src/text" sh 'install -p -m 644 $src/text $f'
sends "@$src/text" sh 'install -D $src/text $f'
sends "@$src/binary" sh 'dd status=none if=$src/binary of=$f'
sends "@$src/binary" sh 'dd status=none if=$src/binary of=$f bs=1000'
sends "@$src/binary" sh 'dd status=none if=$src/binary of=$f bs=1M conv=fsync'
sends "@$src/binary" sh 'dd status=none if=$src/binary of=$f conv=notrunc oflag=append'
sends "@$src/text" sh 'dd status=none of=$f < $src/text'
sends "@$src/text" sh 'tee $f < $src/text'
sends "@$src/text @$src/text" sh 'tee $q/1 $q/2 < $src/text'
sends "@$src/text" sh 'tee -a $f < $src/text'
sends 'one\ntwo\n' sh 'sort -o $f $src/text'
sends 'two\none\n' sh 'sort -r $src/text -o $f'
sends 'one\n two\n' sh 'split -l 1 $src/text $q/part-'
sends 'one\ntw o\n' sh 'split -b 6 $src/text $q/x'
sends 'one\n' sh 'sed -n "1w $f" $src/text'
sends 'one\n' sh 'head -n 1 $src/text > $f'
sends 'one\n' sh 'awk "NR == 1 { print > \"$f\" }" $src/text'
sends 'one\n two\n' sh 'awk "{ print > (\"$q/\" NR) }" $src/text'
sends "@$tmp/text.gz" sh 'gzip -nc $src/text > $f'
sends "@$src/text" sh 'gzip -dc text.gz > $f'
sends "@$tmp/text.gz" sh 'cp $src/text $q/a.tmp; gzip -n $q/a.tmp'
sends "@$src/text" sh 'tar xf text.tar -C $q'
sends "@$src/text @$src/other" sh 'tar xf both.tar -C $q'
sends "@$src/text" sh 'tar xpf text.tar --same-owner -C $q'
sends "@$tmp/text.tar" sh 'tar cf $f -C $src text'
sends "@$src/text" sh 'curl -s -o $f file://$src/text'
sends "@$src/text" sh 'curl -s file://$src/text > $f'
sends "@$tmp/text.b64" sh 'openssl enc -base64 -in $src/text -out $f'
sends 'x\n' sh 'find $src/text -printf x\\n -fprint /dev/null > $f'
sends 'ed\n' sh 'printf "a\ned\n.\nw $f\nq\n" | ed -s'
sends 'perl\n' sh 'perl -e "open F, q(>), shift; print F qq(perl\n); close F or die" $f'
sends 'perl\n' sh 'perl -e "open F, q(>), shift; print F qq(perl\n)" $f'
sends "@$src/binary" sh 'rsync $src/binary $f'
sends "@$src/binary" sh 'rsync -a $src/binary $q/'
sends "@$src/text @$src/other" sh 'rsync -a $src/text $src/other $q/'
sends "@$src/binary" sh 'rsync -a --inplace $src/binary $q/'
sends "@$src/text" sh 'cp $src/text r; rsync -a --remove-source-files r $q/; test ! -e r'
sends "@$src/text" sh 'cp $src/text $q/.f.wip && mv $q/.f.wip $f'
sends 'ho\n' sh 'echo hi > $q/a.tmp; sed -i s/hi/ho/ $q/a.tmp'
idiom 0 '' 'f next' sh 'touch $f'
idiom 0 '' 'f next' sh 'cp $src/empty $f'
idiom 0 '' 'f next' sh 'touch $f; touch -d yesterday $f; chmod 600 $f'
idiom fails '' next sh 'touch -c $f; rm $f'
idiom fails '' next sh 'cp $src/text $q/next'
idiom fails '' next sh 'truncate -s 5 $q/next'
idiom fails '' next sh 'cp -l $q/next $f'
idiom fails '' next sh 'ln $src/text $f'
idiom fails '' next sh 'ln -s $src/text $f'
idioms_end
