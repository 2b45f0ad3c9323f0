#!/bin/sh
# SPDX-License-Identifier: MIT
# The examples of the manual and the tour of the README, typed in as they stand there: each
# line that begins with "$ " is run, and prints the lines below it.
# semantics.md: "The command returns when the mount can be used."
# semantics.md: "`fusermount3 -u`, SIGTERM and SIGINT end the mount cleanly, whatever is blocked."
. "$(dirname "$0")/../lib/mount.sh"
need getfattr setfattr fusermount3
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir "$tmp/bin" "$tmp/here"
ln -s "$(realpath "$(command -v "$SQSFS")")" "$tmp/bin/sqsfs"
PATH=$tmp/bin:$PATH
arn= # set by an example
cd "$tmp/here" || exit 1

# man(7) as people read it.
rendered() { # FILE
	sed -e 's/\\-/-/g' -e 's/\\(ti/~/g' -e "s/\\\\(cq/'/g" -e 's/\\&//g' -e 's/\\e/\\/g' "$1"
}

# Commands and what they print, without the margin.
blocks() { # FROM TO
	sed -n "/$1/,/$2/p" | sed -n 's/^    //p'
}

# An id in the text stands for the message that is in flight.
typed() { # COMMAND
	echo "$1" | sed -e "s,/mnt/q,$mnt,g" -e "s/5fea7756[-0-9a-f*]*/$(held jobs 2>/dev/null)/g" \
		-e 's/^sqsfs /sqsfs -o wait=1 /'
}

# Words, because ls knows whether it writes to a terminal.
words() {
	{ cat "$1" && echo; } | sed 's/[0-9a-f]\{8\}-[0-9a-f-]\{27\}/ID/g' | tr -s ' \n' '\n\n'
}

# Runs them in this shell, for their variables; sets $commands to how many.
run_blocks() { # NAME, the blocks on standard input
	commands=0
	command=
	: >"$tmp/expected"
	while IFS= read -r line; do
		case $line in
		'$ '*)
			check "$1"
			command=${line#??}
			;;
		*) printf '%s\n' "$line" >>"$tmp/expected" ;;
		esac
	done
	check "$1"
}

check() { # NAME
	[ -n "$command" ] || return 0
	typed "$command" >"$tmp/command"
	# shellcheck disable=SC1091 # made above
	. "$tmp/command" >"$tmp/printed" 2>"$tmp/stderr" </dev/null || failed_at_the_end ||
		fail "$1: $command: status $?: $(cat "$tmp/stderr")"
	words "$tmp/printed" >"$tmp/printed.words"
	words "$tmp/expected" | cmp -s - "$tmp/printed.words" ||
		fail "$1: $command prints $(cat "$tmp/printed" "$tmp/stderr") instead of $(cat "$tmp/expected")"
	: >"$tmp/expected"
	commands=$((commands + 1))
}

# A loop over a queue ends with EAGAIN.
failed_at_the_end() {
	case $command in
	while*) grep -q 'Resource temporarily unavailable' "$tmp/stderr" ;;
	*) false ;;
	esac
}

rendered "$root/docs/sqsfs.1" | blocks '^\.SH EXAMPLES' '^\.SS fstab' >"$tmp/manual"
run_blocks manual <"$tmp/manual"
[ "$commands" -ge 25 ] || fail "only $commands commands in the manual's examples"
[ "$(echo "$arn" | cut -d : -f 1-3)" = arn:aws:sqs ] || fail "variables do not last: $arn"

rendered "$root/docs/sqsfs.1" | blocks '^\.SH DESCRIPTION' '^\.SS Source' >"$tmp/first"
# The directory has one owner at a time, and the tour begins without queues.
is_free() {
	! grep -q " $mnt fuse" /proc/self/mounts && ! pgrep -f -x "sqsfs .*$mnt" >/dev/null
}
begin_anew() {
	await 20 is_free
	rm -rf "$HOME/queues"
}
begin_anew
run_blocks description <"$tmp/first"
[ "$commands" -ge 6 ] || fail "only $commands commands in the manual's description"

blocks '^Queues are directories' '^A received message' <"$root/README.md" >"$tmp/tour"
detach || fail "cannot unmount: $(cat "$tmp/detach.log")"
begin_anew
sqsfs -o wait=1 local:~/queues "$mnt" || fail "sqsfs: status $?"
run_blocks README <"$tmp/tour"
[ "$commands" -ge 6 ] || fail "only $commands commands in the tour"

# The line of fstab is one of the examples that tests/mount/fstab.sh and systemd_units.sh are about.
rendered "$root/docs/sqsfs.1" | grep '^aws:.* fuse.sqsfs ' >"$tmp/line"
tr -s ' ' <"$root/docs/examples/fstab" | grep -q -F -x -f "$tmp/line" || fail "docs/examples/fstab lacks $(cat "$tmp/line")"
detach
