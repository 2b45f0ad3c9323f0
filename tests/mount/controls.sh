#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
mount_sqsfs -o wait=1
mkdir "$mnt/q" "$mnt/dead"
s=$mnt/q/.sqs

# semantics.md: "`.sqs` is reachable by its name in each queue's directory and never listed, so that tools that crawl do not trip on it."
names_are "$mnt/q" next || fail "ls shows $(names "$mnt/q")"
[ -d "$s" ] || fail ".sqs is not there"

# semantics.md: "| `count` | the number of visible messages | EACCES |"
say one q
say two q
[ "$(cat "$s/count")" = 2 ] || fail "count is $(cat "$s/count")"

# semantics.md: "| `url`, `arn` | the queue's URL, its ARN | EACCES |"
grep -q '/q$' "$s/url" || fail "url: $(cat "$s/url")"
grep -q '^arn:aws:sqs:.*:q$' "$s/arn" || fail "arn: $(cat "$s/arn")"

# semantics.md: "| `attributes/NAME` | the queue attribute | sets it |"
echo 77 >"$s/attributes/VisibilityTimeout" || fail "set"
[ "$(cat "$s/attributes/VisibilityTimeout")" = 77 ] || fail "VisibilityTimeout is $(cat "$s/attributes/VisibilityTimeout")"
names "$s/attributes" | grep -q MaximumMessageSize || fail "attributes: $(names "$s/attributes")"
! /bin/echo -5 >"$s/attributes/VisibilityTimeout" 2>/dev/null ||
	[ "$(cat "$s/attributes/VisibilityTimeout")" = 77 ] || fail "a bad value was taken"

# semantics.md: "| `tags/NAME` | the tag | sets it; `rm` removes it |"
echo blue >"$s/tags/team" || fail "set a tag"
[ "$(cat "$s/tags/team")" = blue ] || fail "the tag is $(cat "$s/tags/team")"
names_are "$s/tags" team || fail "tags: $(names "$s/tags")"
rm "$s/tags/team" || fail "rm of a tag"
names_are "$s/tags" "" || fail "tags after rm: $(names "$s/tags")"

# semantics.md: "| `sources` | the queues whose dead-letter queue this is, one a line | EACCES |"
printf '{"deadLetterTargetArn":"%s","maxReceiveCount":1}' "$(cat "$mnt/dead/.sqs/arn")" \
	>"$s/attributes/RedrivePolicy" || fail "RedrivePolicy"
[ "$(sed 's/.*\///' "$mnt/dead/.sqs/sources")" = q ] || fail "sources: $(cat "$mnt/dead/.sqs/sources")"

# semantics.md: "| `redrive` | the move tasks, one a line | an empty line, an ARN or a queue name starts one; `cancel` cancels it |"
is_dead() {
	cat "$mnt/q/next" >/dev/null 2>&1 && mv "$mnt/q/$(held q)" "$mnt/q/next"
	[ "$(cat "$mnt/dead/.sqs/count")" = 2 ]
}
await 30 is_dead
echo >"$mnt/dead/.sqs/redrive" || fail "redrive"
is_back() {
	[ "$(cat "$mnt/dead/.sqs/count") $(cat "$s/count")" = "0 2" ] && grep -q COMPLETED "$mnt/dead/.sqs/redrive"
}
await 20 is_back

# semantics.md: "What is written to `attributes`, `tags`, `redrive` and `purge` is asked for inside the write(2) that ends a line, so that a shell's `echo` tells of a refusal; a JSON value may have several lines, and what does not end with a newline is asked for at close."
for sh in bash dash; do
	! $sh -c 'echo -5 >"$1"' - "$s/attributes/VisibilityTimeout" 2>/dev/null || fail "$sh is not told that a value was refused"
	! $sh -c 'echo no-such-queue >"$1"' - "$s/redrive" 2>/dev/null || fail "$sh is not told that a redrive was refused"
	! $sh -c 'echo cancel >"$1"' - "$s/redrive" 2>/dev/null || fail "$sh is not told that nothing runs"
done
printf 78 >"$s/attributes/VisibilityTimeout"
[ "$(cat "$s/attributes/VisibilityTimeout")" = 78 ] || fail "a value without a newline: $(cat "$s/attributes/VisibilityTimeout")"
{
	echo '{'
	printf '  "deadLetterTargetArn": "%s",\n' "$(cat "$mnt/dead/.sqs/arn")"
	echo '  "maxReceiveCount": 7'
	echo '}'
} >"$s/attributes/RedrivePolicy" || fail "JSON, a line in each write"
grep -q 7 "$s/attributes/RedrivePolicy" || fail "RedrivePolicy: $(cat "$s/attributes/RedrivePolicy")"
echo >"$s/attributes/RedrivePolicy" || fail "an empty line does not unset it"

# semantics.md: "| `purge` | EACCES | any write: PurgeQueue |"
echo now >"$s/purge" || fail "purge"
[ "$(cat "$s/count")" = 0 ] || fail "count after purge: $(cat "$s/count")"
expect_errno EACCES cp /etc/hostname "$s/count"
