#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
start_server
mount_sqsfs -o wait=1,visibility=600 "$endpoint"
mkdir "$mnt/q"

# semantics.md: "`.sqs/lines` sends complete lines in batches of ten inside write(2), so that errors show at write; what is left at close is sent then."
mark
seq 1000 >"$mnt/q/.sqs/lines" || fail "seq"
expect_requests 100 SendMessageBatch
printf 'no\nnewline' >"$mnt/q/.sqs/lines" || fail "printf"
# semantics.md: "Empty lines are skipped by `.sqs/lines`."
printf '\n\nlast\n\n' >"$mnt/q/.sqs/lines" || fail "printf"
drain q "$tmp/q"
[ "$drained" = 1003 ] || fail "$drained of 1003"
for body in "$tmp"/q/*; do
	cat "$body"
	echo
done | sort >"$tmp/seen"
{
	seq 1000
	printf 'no\nnewline\nlast\n'
} | sort | cmp - "$tmp/seen" || fail "bodies differ"

faults 'SendMessage* error=InvalidParameterValue'
expect_errors_in_log
! dash -c 'echo line; seq 20' >"$mnt/q/.sqs/lines" 2>"$tmp/err" || fail "nobody was told that lines were refused"

# semantics.md: "A line of an earlier write that could not be sent becomes a file `.line-NUMBER` in the queue's directory, and is sent again."
mkdir "$mnt/kept"
faults 'SendMessage* error=AccessDenied'
bash -c 'for i in $(seq 12); do echo "$i" || exit; done' >"$mnt/kept/.sqs/lines" 2>"$tmp/err" && fail "nobody was told that lines were denied"
kept() { # NUMBER
	[ "$(find "$mnt/kept" -name '.line-*' | wc -l)" = "$1" ]
}
kept 9 || fail "$(names "$mnt/kept") is kept of nine lines that were written before the failure"
# semantics.md: "A file that failed where nobody could be told is retried with growing pauses until it is sent or removed."
faults ''
await 60 kept 0
drain kept "$tmp/kept"
[ "$(sort -n "$tmp"/kept/* | xargs)" = '1 2 3 4 5 6 7 8 9' ] || fail "$(sort -n "$tmp"/kept/* | xargs) arrived"

# semantics.md: "A write(2) to `.sqs/lines` that fails leaves nothing waiting: those of its lines that the service took are sent, and none of the others is."
mkdir "$mnt/failed"
faults 'SendMessage* error=AccessDenied'
exec 3>"$mnt/failed/.sqs/lines"
seq 12 >&3 2>"$tmp/err" && fail "nobody was told that lines were denied"
[ "$(names "$mnt/failed")" = next ] || fail "$(names "$mnt/failed") is kept of a write that failed"
faults ''
echo another >&3 || fail "echo"
exec 3>&-
another_is_there() {
	[ "$(cat "$mnt/failed/.sqs/count")" -gt 0 ]
}
await 60 another_is_there
drain failed "$tmp/failed"
[ "$(cat "$tmp"/failed/*)" = another ] || fail "$(cat "$tmp"/failed/* | xargs) arrived"

# semantics.md: "Where the outcome of a send is unknown, it is sent again: on a standard queue the message may then arrive twice, on a FIFO queue it does not."
mkdir "$mnt/once.fifo"
faults 'SendMessage* lose'
bash -c 'for i in $(seq 12); do echo "$i" || exit; done' >"$mnt/once.fifo/.sqs/lines" 2>"$tmp/err" && fail "nobody was told that answers were lost"
faults ''
nothing_kept() {
	! find "$mnt/once.fifo" -name '.line-*' | grep -q .
}
await 60 nothing_kept
[ "$(cat "$mnt/once.fifo/.sqs/count")" = 10 ] || fail "$(cat "$mnt/once.fifo/.sqs/count") messages of ten lines"

# A kept line goes by an id of its own, not by the name of its file, which a later mount uses again.
write_tail() { # TEXT
	sh -c 'exec 3>"$1"; (until [ -e "$3" ]; do sleep 0.05; done; printf %s "$2" >&3) & exec 3>&-; : >"$3"; wait' - "$mnt/n.fifo/.sqs/lines" "$1" "$tmp/$1"
}
tail_is_there() {
	[ "$(cat "$mnt/n.fifo/.sqs/count")" -gt 0 ]
}
remount -o wait=1,dedup=name "$endpoint"
mkdir "$mnt/n.fifo"
for tail in first second; do
	write_tail $tail
	await 10 tail_is_there
	[ "$(cat "$mnt/n.fifo/next.x")" = $tail ] || fail "heard $(cat "$mnt/n.fifo/next.x") instead of $tail"
	rm "$mnt/n.fifo/next.x"
	remount -o wait=1,dedup=name "$endpoint"
done

# semantics.md: "The beginning of a line whose writer was killed becomes such a file, too, and is not sent by itself."
mkdir "$mnt/cut"
is_kept() {
	[ "$(xattr error "$mnt"/cut/.line-*)" = 'writer was killed' ]
}
for shell in bash dash; do
	# The shell itself, and a child that has the file from its shell.
	for script in 'printf "whole\nhal"; kill -9 $$' '"$0" -c "printf \"whole\nhal\"; kill -9 \$\$"; true'; do
		$shell -c "$script" $shell >"$mnt/cut/.sqs/lines" 2>/dev/null
		await 10 is_kept
		hear_body cut >"$tmp/heard" && [ "$(cat "$tmp/heard")" = whole ] || fail "$shell: heard $(cat "$tmp/heard")"
		hear cut
		rm "$mnt"/cut/.line-*
	done
done

# semantics.md: "A process that ends with `.sqs/lines` open waits for the service for 5 seconds at most; its lines go on in the background, and one that cannot be sent becomes such a file."
mkdir "$mnt/late"
in_late() { # NUMBER
	[ "$(find "$mnt/late" -name '.line-*' | wc -l)" = "$1" ]
}
hold_server
dash -c 'exec >"$0"; echo 1; echo 2; printf 3' "$mnt/late/.sqs/lines"
in_late 0 || fail "it waited until its lines had failed"
release_server
late_are_there() {
	[ "$(cat "$mnt/late/.sqs/count")" -ge 3 ]
}
await 20 late_are_there
drain late "$tmp/late"
[ "$(sort -nu "$tmp"/late/* | xargs)" = '1 2 3' ] || fail "$(sort -nu "$tmp"/late/* | xargs) arrived"
# It is told nothing of a refusal, so that the lines stay.
hold_server
dash -c 'exec >"$0"; echo 4; printf 5' "$mnt/late/.sqs/lines"
kill_server
await 60 in_late 2
start_server
await 60 in_late 0
drain late "$tmp/later"
[ "$(sort -nu "$tmp"/later/* | xargs)" = '4 5' ] || fail "$(sort -nu "$tmp"/later/* | xargs) arrived"
