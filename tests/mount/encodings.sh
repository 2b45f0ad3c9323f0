#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need getfattr
start_server
mount_sqsfs -o wait=1 "$endpoint"
mkdir "$mnt/q"
printf 'a\000b\377' >"$tmp/bytes"

# What the service has, seen by a mount that decodes nothing.
seen_raw() { # TEXT
	remount -o wait=1,format=raw "$endpoint"
	hear_body q >"$tmp/raw" || fail "nothing there"
	[ "$(cat "$tmp/raw")" = "$1" ] || fail "the service has '$(cat "$tmp/raw")', expected '$1'"
}

# semantics.md: "`-o format=auto`, the default, sends text that SQS can carry as it is, and any other bytes as base64 with the message attribute `Content-Transfer-Encoding` = `base64`."
cp "$tmp/bytes" "$mnt/q/f"
seen_raw 'YQBi/w=='
[ "$(xattr attr.Content-Transfer-Encoding "$mnt/q/$(held q)")" = base64 ] || fail "no attribute"
# semantics.md: "A message with that attribute is decoded when it is received through a mount with `format=auto`."
remount -o wait=1 "$endpoint"
hear_body q | cmp - "$tmp/bytes" || fail "not decoded"
rm "$mnt/q/$(held q)"
say 'plain text' q
seen_raw 'plain text'
[ -z "$(xattr attr.Content-Transfer-Encoding "$mnt/q/$(held q)")" ] || fail "an attribute on plain text"
rm "$mnt/q/$(held q)"

# semantics.md: "`-o format=base64` sends every body as base64 and decodes every body that is base64; one that is not is delivered as it came."
remount -o wait=1,format=base64 "$endpoint"
say hello q
seen_raw "$(echo hello | base64)"
remount -o wait=1,format=base64 "$endpoint"
hear q hello
rm "$mnt/q/$(held q)"
remount -o wait=1 "$endpoint"
say 'not base64!' q
remount -o wait=1,format=base64 "$endpoint"
hear q 'not base64!'
rm "$mnt/q/$(held q)"

# semantics.md: "`-o format=rfc822` takes header lines before the first empty line as String message attributes, and shows them so when it receives."
remount -o wait=1,format=rfc822 "$endpoint"
printf 'Colour: red\nSize: 10 cm\n\nthe body\n' >"$tmp/mail"
cp "$tmp/mail" "$mnt/q/f"
seen_raw 'the body'
[ "$(xattr attr.Colour "$mnt/q/$(held q)") $(xattr attr.Size "$mnt/q/$(held q)")" = "red 10 cm" ] || fail "no attributes"
remount -o wait=1,format=rfc822 "$endpoint"
hear_body q | sort >"$tmp/back"
sort "$tmp/mail" | cmp - "$tmp/back" || fail "it came back as $(cat "$tmp/back")"
