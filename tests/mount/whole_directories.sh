#!/bin/sh
# SPDX-License-Identifier: MIT
# Whole directories copied, moved and removed: what is listed is taken, nothing else.
. "$(dirname "$0")/../lib/mount.sh"
need rsync
mount_sqsfs -o wait=1,visibility=600
count() { # QUEUE
	cat "$mnt/$1/.sqs/count"
}

# Three visible messages, one in flight, a draft.
fill() { # QUEUE
	mkdir "$mnt/$1" || fail "mkdir $1"
	for n in 1 2 3 4; do
		say "$1-$n" "$1"
	done
	hear_body "$1" >"$tmp/heard"
	echo draft >"$mnt/$1/d.tmp"
}

# semantics.md: "`cp -r q DIR`, `rsync -a` and `tar` of a queue copy what is listed: the messages in flight, the drafts, and one message that opening `next` receives; all of them stay."
fill copied
cp -a "$mnt/copied" "$tmp/" || fail "cp -a of a queue"
[ "$(count copied)" = 2 ] || fail "cp -a took $((3 - $(count copied))) messages"
[ "$(find "$tmp/copied" -type f | wc -l)" = 3 ] || fail "cp -a made $(names "$tmp/copied")"
[ "$(cat "$tmp/copied/d.tmp")" = draft ] && grep -q copied- "$tmp/copied/next" || fail "cp -a altered something"
rsync -a "$mnt/copied/" "$tmp/synced/" || fail "rsync of a queue"
[ "$(count copied)" = 1 ] || fail "rsync took $((2 - $(count copied))) messages"
rm "$mnt/copied/d.tmp"
sync "$mnt/copied"
remount -o wait=1,visibility=600
[ "$(count copied)" = 4 ] || fail "of 4 copied messages $(count copied) are left"

# semantics.md: "`mv q DIR` copies in the same way, removes what it copied, and fails: the queue and the rest of its messages stay."
fill moved
! mv "$mnt/moved" "$tmp/" 2>"$tmp/err" || fail "mv of a queue with messages works"
[ "$(count moved)" = 2 ] || fail "mv took $((3 - $(count moved))) messages"
[ "$(find "$tmp/moved" -type f | wc -l)" = 3 ] || fail "mv made $(names "$tmp/moved")"
[ "$(cat "$tmp/moved/d.tmp")" = draft ] || fail "mv altered the draft"
remount -o wait=1,visibility=600
hear_body moved >>"$tmp/rest" && hear_body moved >>"$tmp/rest" || fail "the rest is not there"
hear moved
cat "$tmp"/moved/* "$tmp/rest" | sort | tr '\n' ' ' >"$tmp/all"
[ "$(cat "$tmp/all")" = "draft moved-1 moved-2 moved-3 moved-4 " ] || fail "mv lost something: $(cat "$tmp/all")"
# Of an empty queue nothing is taken at all.
mkdir "$mnt/void"
echo draft >"$mnt/void/d.tmp"
! mv "$mnt/void" "$tmp/" 2>"$tmp/err" || fail "mv of an empty queue works"
[ "$(cat "$mnt/void/d.tmp")" = draft ] || fail "mv took a draft although it failed"
rm "$mnt/void/d.tmp" && rmdir "$mnt/void" || fail "rmdir"

# semantics.md: "`rm -r q` fails at `next` with EPERM, so that nobody drains a queue by accident."
# semantics.md: "What `rm -r` and `find -delete` do reach is what is listed: messages in flight and drafts, and with `find -delete` queues that are empty."
fill removed
expect_errno EPERM rm -rf "$mnt/removed"
[ "$(count removed)" = 3 ] || fail "rm -rf took visible messages: $(count removed) are left"
names_are "$mnt/removed" next || fail "ls shows $(names "$mnt/removed")"
fill found
mkdir "$mnt/void2"
! find "$mnt" -mindepth 1 -delete 2>"$tmp/err" || fail "find -delete"
[ "$(count found) $(count removed)" = "3 3" ] || fail "find -delete took visible messages"
[ ! -e "$mnt/void2" ] || fail "an empty queue is left"

# semantics.md: "`cp -r DIR MNT/NEW` makes a queue of a directory, and a group of each directory in it; a file called `next` fails with EEXIST."
mkdir -p "$tmp/tree/group"
echo one >"$tmp/tree/1"
echo two >"$tmp/tree/group/2"
cp -r "$tmp/tree" "$mnt/tree" || fail "cp -r to a new queue"
drain tree "$tmp/tree-drained"
[ "$drained" = 2 ] || fail "$drained of 2"
for file in "$mnt"/tree/????????-*; do
	echo "$(xattr MessageGroupId "$file"):$(cat "$file")"
done | sort | tr '\n' ' ' >"$tmp/groups"
[ "$(cat "$tmp/groups")" = ":one group:two " ] || fail "groups: $(cat "$tmp/groups")"
expect_errno EEXIST cp -r "$tmp/copied" "$mnt/tree2"
