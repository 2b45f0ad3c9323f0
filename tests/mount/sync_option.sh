#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need getfattr
expect_errors_in_log
start_server
mount_sqsfs -o wait=1,sync,visibility=600 "$endpoint"
mkdir "$mnt/q"

# semantics.md: "`-o sync` makes every unlink wait for the service."
say one q
hear q one
mark
rm "$mnt/q/$(held q)" || fail "rm"
expect_requests 1 DeleteMessage
say two q
hear q two
id=$(held q)
faults 'DeleteMessage* error=AccessDenied'
expect_errno EACCES rm "$mnt/q/$id"
[ -e "$mnt/q/$id" ] || fail "the message's file is gone although it was not deleted"

# semantics.md: "`sync q`, `rmdir q` and unmount wait for the deletions of the queue and report what failed."
faults 'DeleteMessage* delay-before=6000 count=1'
expect_errno ETIMEDOUT rm "$mnt/q/$id"
expect_errno ETIMEDOUT sync "$mnt/q"
sync "$mnt/q" || fail "a failure is told twice"

# semantics.md: "rename(2) answers at once; `sync FILE` then tells the outcome, and `-o sync` makes rename wait for it, at most a few seconds."
echo three >"$mnt/q/f.tmp"
mv "$mnt/q/f.tmp" "$mnt/q/f" || fail "rename"
names "$mnt/q" | grep -v -q -w f || fail "rename returned before the send"
faults 'SendMessage* error=InvalidMessageContents'
echo four >"$mnt/q/g.tmp"
expect_errno EILSEQ mv "$mnt/q/g.tmp" "$mnt/q/g"
[ "$(cat "$mnt/q/g.tmp")" = four ] || fail "a rename that failed has moved the draft: $(names "$mnt/q")"
rm "$mnt/q/g.tmp"

# semantics.md: "A deletion that finally fails puts the file back, with `user.sqs.error`."
faults ''
remount -o wait=1,visibility=600 "$endpoint"
drain q "$tmp/q"
id=$(held q)
faults 'DeleteMessage* error=AccessDenied'
rm "$mnt/q/$id" || fail "rm answers at once"
is_back() {
	[ -e "$mnt/q/$id" ] && xattr error "$mnt/q/$id" | grep -q AccessDenied
}
await 10 is_back
