#!/bin/sh
# SPDX-License-Identifier: MIT
# A service that lies: ids that are no names, digests that are not the body's, pages that
# are not SQS. Its URLs and answers are foreign input.
. "$(dirname "$0")/../lib/mount.sh"
need getfattr python3
expect_errors_in_log
start_server
: >"$tmp/rules"
python3 "$(dirname "$0")/../lib/tamper.py" "$endpoint" "$tmp/rules" >"$tmp/tamper" 2>"$tmp/tamper.log" &
background $!
tamper_serves() {
	grep -q '^http' "$tmp/tamper"
}
await 20 tamper_serves
mount_sqsfs -o wait=60,list_ttl=1 "$(cat "$tmp/tamper")"
mkdir "$mnt/q"

lie() { # ACTION PATTERN INSTEAD
	printf '%s\t%s\t%s\n' "$@" >"$tmp/rules.new"
	mv "$tmp/rules.new" "$tmp/rules"
}

honest() {
	: >"$tmp/rules"
}

# The one name that ls shows beside next.
shown() {
	names "$mnt/q" | sed 's/ next$//; s/^next //'
}

# semantics.md: "A name from the service that is not a plain file name is never shown."
# semantics.md: "A message whose id is no plain file name is listed as `message-NUMBER`, and can be read and removed as any other."
for id in ../../etc/passwd a/b . .. .hidden .sqs next next.x '' 'two&#10;lines' '&#9;tab' "$(printf 'x%.0s' $(seq 300))"; do
	lie ReceiveMessage '<MessageId>[^<]*' "<MessageId>$id"
	echo text >"$mnt/q/f"
	[ "$(cat "$mnt/q/next")" = text ] || fail "a message with the id '$id'"
	name=$(shown)
	case $name in
	message-????????????????) ;;
	*) fail "the id '$id' is shown as '$name'" ;;
	esac
	[ "$(cat "$mnt/q/$name")" = text ] || fail "the message '$name'"
	xattr MessageId "$mnt/q/$name" >/dev/null || fail "xattrs of the message with the id '$id'"
	rm "$mnt/q/$name" && sync "$mnt/q" || fail "rm of the message with the id '$id'"
done

# semantics.md: "Where the name of a message is taken, by a draft for example, the message is listed as `NAME.2`, and so on: nothing is hidden or replaced."
lie ReceiveMessage '<MessageId>[^<]*' '<MessageId>mine.tmp'
echo draft >"$mnt/q/mine.tmp"
echo text >"$mnt/q/f"
[ "$(cat "$mnt/q/next")" = text ] || fail "a message with a draft's name"
[ "$(cat "$mnt/q/mine.tmp") $(cat "$mnt/q/mine.tmp.2")" = "draft text" ] || fail "ls shows $(names "$mnt/q")"
rm "$mnt/q/mine.tmp" "$mnt/q/mine.tmp.2"
sync "$mnt/q"

# semantics.md: "A body or attribute whose digest does not match is never delivered: open fails with EBADMSG and the message goes back to the queue."
lie ReceiveMessage '<MD5OfBody>[^<]*' '<MD5OfBody>00000000000000000000000000000000'
echo whole >"$mnt/q/f"
expect_errno EBADMSG cat "$mnt/q/next"
names_are "$mnt/q" next || fail "ls shows $(names "$mnt/q")"
honest
# It is given back in the background: the open waits for it.
[ "$(cat "$mnt/q/next")" = whole ] || fail "it did not go back to the queue"
rm "$mnt/q/$(held q)"
lie ReceiveMessage '<StringValue>red' '<StringValue>blue'
echo coloured >"$mnt/q/f.tmp"
setfattr -n user.sqs.attr.Colour -v red "$mnt/q/f.tmp"
mv "$mnt/q/f.tmp" "$mnt/q/f" && sync "$mnt/q/f" || fail "send"
expect_errno EBADMSG cat "$mnt/q/next"
honest
[ "$(cat "$mnt/q/next")" = coloured ] || fail "it did not go back to the queue"
rm "$mnt/q/$(held q)"

# semantics.md: "| what arrived is not what was sent | EBADMSG | try again |"
lie SendMessage '<MD5OfMessageBody>[^<]*' '<MD5OfMessageBody>00000000000000000000000000000000'
expect_errno EBADMSG cp /etc/hostname "$mnt/q/f"
[ -s "$mnt/q/f" ] || fail "a file whose arrival is in doubt is gone"
rm "$mnt/q/f"

# semantics.md: "| the reply is not SQS's protocol | EPROTO | check the endpoint |"
for page in '<html><body>Welcome</body></html>' '' '<SendMessageResponse>' \
	'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><SendMessageResponse>&b;</SendMessageResponse>'; do
	lie SendMessage '^.*$' "$page"
	expect_errno EPROTO cp /etc/hostname "$mnt/q/f"
	rm "$mnt/q/f"
done
honest
drain q "$tmp/q"
rm -f "$mnt"/q/????????-*

# semantics.md: "A name from the service that is not a plain file name is never shown."
for name in .. . '' .stats a.b 'a b' "$(printf 'x%.0s' $(seq 81))" '&#10;'; do
	lie ListQueues '</QueueUrl>' "</QueueUrl><QueueUrl>http://127.0.0.1/000000000000/$name</QueueUrl>"
	ls_asks
	names_are "$mnt" q || fail "the queue '$name' is listed: $(names "$mnt")"
done
