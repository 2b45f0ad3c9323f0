#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need getfattr
mount_sqsfs
mkdir "$mnt/q"

has_error() { # FILE TEXT
	[ "$(xattr error "$1")" = "$2" ]
}

has_bytes() { # FILE
	[ -s "$1" ]
}

# semantics.md: "A writer killed by a signal leaves a file that is never sent by itself: it stays as a draft with `user.sqs.error` = `writer was killed`."
mkfifo "$tmp/pipe"
for signal in INT TERM KILL SEGV; do
	# In a process group of its own: as Ctrl-C reaches it.
	python3 -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp("cat", ["cat"])' <"$tmp/pipe" >"$mnt/q/$signal" &
	writer=$!
	background $writer
	exec 3>"$tmp/pipe"
	echo half >&3
	await 5 has_bytes "$mnt/q/$signal"
	kill -s $signal $writer
	exec 3>&-
	wait $writer 2>/dev/null
	await 5 has_error "$mnt/q/$signal" "writer was killed"
done
sync "$mnt/q"
hear q
names_are "$mnt/q" "INT KILL SEGV TERM next" || fail "ls shows $(names "$mnt/q")"

# It can be sent all the same, by one who looked at it.
mv "$mnt/q/INT" "$mnt/q/int" && sync "$mnt/q/int" || fail "a rename does not send it"
hear q half
hear q
