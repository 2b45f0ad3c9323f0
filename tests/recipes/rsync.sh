#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need rsync
expect_errors_in_log
start_server
mount_sqsfs -o wait=1 "$endpoint"
mkdir "$mnt/q" "$tmp/out" "$tmp/in"
fill() {
	rsync -a --inplace --ignore-times --remove-source-files "$tmp/out/" "$mnt/q/" 2>"$tmp/err"
}

# recipes.md: "A file that was sent is removed at the source; one that the service refused stays there, and rsync ends with status 11."
# recipes.md: "`--ignore-times` sends it again at the next run; without it rsync takes an unsent file of the same size and second for a good copy, and removes the source."
echo one >"$tmp/out/1"
faults 'SendMessage* error=AccessDenied'
fill
[ $? = 11 ] || fail "rsync does not say that the service refused: $(cat "$tmp/err")"
names_are "$tmp/out" 1 || fail "rsync removed what was refused"
cp "$tmp/out/1" "$tmp/keep"
touch -r "$mnt/q/1" "$tmp/out/1"
rsync -a --inplace --remove-source-files "$tmp/out/" "$mnt/q/" || fail "rsync without --ignore-times"
names_are "$tmp/out" '' || fail "rsync looked twice: say so in docs/recipes.md"
cp "$tmp/keep" "$tmp/out/1"
faults ''
echo two >"$tmp/out/2"
await 20 fill
names_are "$tmp/out" '' || fail "left at the source: $(names "$tmp/out")"
names_are "$mnt/q" next || fail "left in the queue's directory: $(names "$mnt/q")"

# recipes.md: "Each message becomes a file named by its MessageId, and is deleted when rsync has written it."
all_came() {
	rsync -a --remove-source-files "$mnt/q/.sqs/inbox/" "$tmp/in/" && [ "$(ls "$tmp/in" | wc -l)" = 2 ]
}
await 20 all_came
[ "$(cat "$tmp"/in/* | sort | tr '\n' ' ')" = 'one two ' ] || fail "came: $(cat "$tmp"/in/*)"
sync "$mnt/q" && rmdir "$mnt/q" || fail "the queue is not empty"

# recipes.md: "Without `--inplace` rsync writes a hidden file and renames it: the message is sent in the background after the rename, and the source is gone by then."
mkdir "$mnt/r"
echo three >"$tmp/out/3"
faults 'SendMessage* error=AccessDenied'
rsync -a --remove-source-files "$tmp/out/" "$mnt/r/" || fail "rsync without --inplace"
names_are "$tmp/out" '' || fail "the source is there"
names_are "$mnt/r" '3 next' || fail "the unsent file is not there: $(names "$mnt/r")"
faults ''
await 20 sync "$mnt/r/3"
hear r three

# recipes.md: "With `-o sync` the rename waits, and rsync learns of it."
remount -o wait=1,sync "$endpoint"
echo four >"$tmp/out/4"
faults 'SendMessage* error=AccessDenied'
! rsync -a --remove-source-files "$tmp/out/" "$mnt/r/" 2>"$tmp/err" || fail "with -o sync rsync is not told"
names_are "$tmp/out" 4 || fail "rsync removed what was refused"
