#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need procmail formail lockfile
is_root || skip "needs root: procmail is set-user-ID, so that the mount has to be allow_other"
expect_errors_in_log
chmod 755 "$tmp"
start_server
mount_sqsfs -o wait=1,allow_other "$endpoint"
mkdir "$mnt/mail" "$mnt/plain"
printf 'From a@example.com Thu Jan  1 00:00:00 1970\nSubject: one\n\nbody\n' >"$tmp/one"
printf 'From b@example.com Thu Jan  1 00:00:00 1970\nSubject: two\n\nbody\n' >"$tmp/two"
(cat "$tmp/one" && echo && cat "$tmp/two") >"$tmp/mbox"
printf 'MAILDIR=%s\nDEFAULT=%s/mail/\n' "$tmp" "$mnt" >"$tmp/rc"
printf 'MAILDIR=%s\nDEFAULT=%s/plain\n' "$tmp" "$mnt" >"$tmp/rc.plain"

# recipes.md: "A mail becomes one message, byte for byte."
sed 1d "$tmp/one" >"$tmp/mail"
procmail -m "$tmp/rc" <"$tmp/mail" || fail "procmail: status $?"
hear_body mail | cmp - "$tmp/mail" || fail "the mail differs"
hear mail
formail -s procmail -m "$tmp/rc" <"$tmp/mbox" || fail "formail: status $?"
drain mail "$tmp/came"
[ "$drained" = 2 ] || fail "$drained mails out of a mailbox of 2"
grep -q 'Subject: one' "$tmp"/came/* && grep -q 'Subject: two' "$tmp"/came/* || fail "came: $(cat "$tmp"/came/*)"

# recipes.md: "While the service refuses, procmail ends with status 73 (cannot create), so that the mail server keeps the mail; nothing is left in the queue but what `user.sqs.error` explains."
faults 'SendMessage* error=AccessDenied'
procmail -m "$tmp/rc" <"$tmp/mail"
[ $? = 73 ] || fail "procmail does not say that the service refused"
find "$mnt/mail/tmp" "$mnt/mail/new" -type f >"$tmp/left"
while read -r file; do
	[ -n "$(xattr error "$file")" ] || fail "$file is left and does not say why"
done <"$tmp/left"
faults ''

# recipes.md: "With a plain directory procmail fails with status 73 and leaves an empty draft, which is never sent."
procmail -m "$tmp/rc.plain" <"$tmp/mail"
[ $? = 73 ] || fail "procmail works in a plain directory"
[ "$(find "$mnt/plain" -type f ! -name next -size 0 | wc -l)" = 1 ] || fail "plain: $(names "$mnt/plain")"
hear plain

# recipes.md: "`lockfile` in a queue's directory fails, and says so."
! lockfile -r 1 -1 "$mnt/plain/app.lock" 2>"$tmp/err" || fail "lockfile works"
[ -s "$tmp/err" ] || fail "lockfile says nothing"
