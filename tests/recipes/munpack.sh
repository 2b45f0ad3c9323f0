#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need mpack munpack
expect_errors_in_log
start_server
mount_sqsfs -o wait=1,visibility=600 "$endpoint"
mkdir "$mnt/q"
printf 'an attachment\000of some bytes\n' >"$tmp/photo.bin"
mpack -s subject -o "$tmp/mail" "$tmp/photo.bin" || fail "mpack"
unpack() {
	(cd "$mnt/q" && munpack <"$tmp/mail") >"$tmp/out" 2>&1
}

# recipes.md: "Each attachment is a message; within five seconds a second one of the same name gets a number behind its name."
unpack || fail "munpack: $(cat "$tmp/out")"
unpack || fail "munpack again: $(cat "$tmp/out")"
drain q "$tmp/came"
[ "$drained" = 2 ] || fail "$drained messages instead of 2"
cmp "$tmp/came/1" "$tmp/photo.bin" && cmp "$tmp/came/2" "$tmp/photo.bin" || fail "the attachment differs"

# recipes.md: "munpack ends with status 0 whatever close(2) says: what the service refused stays in the directory until somebody syncs it."
await 10 test ! -e "$mnt/q/photo.bin"
in_flight=$(names "$mnt/q")
faults 'SendMessage* error=AccessDenied'
unpack || fail "munpack has learned to look: say so in docs/recipes.md"
[ -n "$(xattr error "$mnt/q/photo.bin")" ] || fail "nothing is left, or it does not say why: $(names "$mnt/q")"

# recipes.md: "It sends what is left in the directory, and fails while some of it still cannot be sent."
# recipes.md: "It receives nothing, and messages in flight stay as they are."
look_after() {
	find "$mnt/q" -maxdepth 1 -type f ! -name next -exec sync {} +
}
! look_after 2>"$tmp/err" || fail "the sync of what is refused works"
faults ''
await 20 look_after
[ "$(cat "$mnt/q/.sqs/count")" = 1 ] || fail "$(cat "$mnt/q/.sqs/count") messages instead of 1"
names_are "$mnt/q" "$in_flight" || fail "in flight were $in_flight, now: $(names "$mnt/q")"
