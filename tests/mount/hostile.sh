#!/bin/sh
# SPDX-License-Identifier: MIT
# What others put into a queue is foreign input: names, bodies, attributes.
. "$(dirname "$0")/../lib/mount.sh"
need getfattr
start_server
mount_sqsfs -o wait=1 "$endpoint"
mkdir "$mnt/q"

# semantics.md: "The bytes of the body are the bytes of the file."
send() { # BODY [FIELD...]
	body=$1
	shift
	curl -sf "$endpoint/" -d Action=SendMessage -d "QueueUrl=$endpoint/000000000000/q" \
		--data-urlencode "MessageBody=$body" "$@" >/dev/null || fail "send"
}
for body in '../../etc/passwd' '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>' ']]>' '%s%n' "$(printf 'a\rb')"; do
	send "$body"
	[ "$(hear_body q)" = "$body" ] || fail "body $body"
	rm "$mnt/q/$(held q)" || fail "rm"
done

# An attribute that says base64 of a body that is not: delivered as it came.
send 'not base64!' -d MessageAttribute.1.Name=Content-Transfer-Encoding \
	-d MessageAttribute.1.Value.DataType=String -d MessageAttribute.1.Value.StringValue=base64
[ "$(hear_body q)" = 'not base64!' ] || fail "a false Content-Transfer-Encoding"
rm "$mnt/q/$(held q)"

# Attributes with every character that their names allow, and a value with any.
send y -d 'MessageAttribute.1.Name=a-b_c.d' -d MessageAttribute.1.Value.DataType=String \
	--data-urlencode 'MessageAttribute.1.Value.StringValue=../<&>"'
[ "$(hear_body q)" = y ] || fail "a message with attributes"
[ "$(xattr attr.a-b_c.d "$mnt/q/$(held q)")" = '../<&>"' ] || fail "the attribute's value"
ls -la "$mnt/q" >/dev/null || fail "ls"
