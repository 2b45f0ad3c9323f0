#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need getfattr setfattr
mount_sqsfs -o wait=60
mkdir "$mnt/q" "$mnt/other" "$mnt/o.fifo"

# semantics.md: "`setfattr -n user.sqs.attr.NAME -v VALUE` on a file before it is sent sets a message attribute, `user.sqs.type.NAME` its type (String unless told)."
# semantics.md: "Its message attributes are `user.sqs.attr.NAME`, with `user.sqs.type.NAME`."
exec 3>"$mnt/q/f"
setfattr -n user.sqs.attr.Colour -v red /proc/self/fd/3 || fail "setfattr"
setfattr -n user.sqs.type.Weight -v Number.kg /proc/self/fd/3 || fail "setfattr of a type"
setfattr -n user.sqs.attr.Weight -v 12.5 /proc/self/fd/3 || fail "setfattr of a number"
setfattr -n user.sqs.type.Blob -v Binary /proc/self/fd/3 || fail "setfattr of a type"
setfattr -n user.sqs.attr.Blob -v 0x00ff10 /proc/self/fd/3 || fail "setfattr of bytes"
echo body >&3
exec 3>&-
hear q body
id=$(held q)
[ "$(xattr attr.Colour "$mnt/q/$id")" = red ] || fail "Colour: $(xattr attr.Colour "$mnt/q/$id")"
[ "$(xattr type.Colour "$mnt/q/$id")" = String ] || fail "type: $(xattr type.Colour "$mnt/q/$id")"
[ "$(xattr attr.Weight "$mnt/q/$id")$(xattr type.Weight "$mnt/q/$id")" = 12.5Number.kg ] || fail "Weight"
[ "$(xattr attr.Blob "$mnt/q/$id" | od -An -tx1)" = " 00 ff 10" ] || fail "Blob"

# semantics.md: "Any other attribute of the `user.sqs` namespace on a file to be sent is accepted and ignored, so that `cp --preserve=all` and `mv` from another queue work."
# semantics.md: "| `mv q1/FILE q2/` | EXDEV, then SendMessage and DeleteMessage | 2 | |"
mv "$mnt/q/$id" "$mnt/other/" || fail "mv between queues"
hear other body
[ "$(xattr attr.Colour "$mnt/other/$(held other)")" = red ] || fail "mv lost the attribute"
[ "$(xattr attr.Blob "$mnt/other/$(held other)" | od -An -tx1)" = " 00 ff 10" ] || fail "mv lost the bytes"
[ "$(xattr type.Weight "$mnt/other/$(held other)")" = Number.kg ] || fail "mv lost the type"
sync "$mnt/q" && rmdir "$mnt/q" || fail "mv left the message in q"

# semantics.md: "A name or value that SQS would refuse fails at setxattr with EINVAL."
: >"$mnt/other/g.tmp"
expect_errno EINVAL setfattr -n 'user.sqs.attr.bad name' -v x "$mnt/other/g.tmp"
expect_errno EINVAL setfattr -n user.sqs.attr.AWS.x -v x "$mnt/other/g.tmp"
expect_errno EINVAL setfattr -n user.sqs.type.T -v Text "$mnt/other/g.tmp"
expect_errno EINVAL setfattr -n user.sqs.DelaySeconds -v 901 "$mnt/other/g.tmp"
expect_errno EINVAL setfattr -n user.sqs.MessageGroupId -v 'a b' "$mnt/other/g.tmp"
# semantics.md: "Other namespaces fail with ENOTSUP."
expect_errno ENOTSUP setfattr -n user.mime_type -v text/plain "$mnt/other/g.tmp"

# semantics.md: "`user.sqs.DelaySeconds`, `user.sqs.MessageGroupId` and `user.sqs.MessageDeduplicationId` are set the same way."
echo delayed >"$mnt/other/h.tmp"
setfattr -n user.sqs.DelaySeconds -v 3 "$mnt/other/h.tmp" || fail "DelaySeconds"
began=$(now_ms)
mv "$mnt/other/h.tmp" "$mnt/other/h" && sync "$mnt/other/h" || fail "send"
[ "$(cat "$mnt/other/next")" = delayed ] || fail "the delayed message did not come"
[ $(($(now_ms) - began)) -ge 2500 ] || fail "it came after $(($(now_ms) - began)) ms"
for text in first second; do
	echo $text >"$mnt/o.fifo/i.tmp"
	setfattr -n user.sqs.MessageGroupId -v mine "$mnt/o.fifo/i.tmp" || fail "MessageGroupId"
	setfattr -n user.sqs.MessageDeduplicationId -v one-of-two "$mnt/o.fifo/i.tmp" || fail "MessageDeduplicationId"
	mv "$mnt/o.fifo/i.tmp" "$mnt/o.fifo/i" && sync "$mnt/o.fifo/i" || fail "send to a group"
done
hear o.fifo first
id=$(held o.fifo)
[ "$(xattr MessageGroupId "$mnt/o.fifo/$id")" = mine ] || fail "MessageGroupId"
[ "$(xattr MessageDeduplicationId "$mnt/o.fifo/$id")" = one-of-two ] || fail "MessageDeduplicationId"
rm "$mnt/o.fifo/$id"
sync "$mnt/o.fifo"
hear o.fifo
