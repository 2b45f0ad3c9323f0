#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
PATH=$PATH:/usr/sbin
need logrotate
expect_errors_in_log
start_server
mount_sqsfs -o wait=1 "$endpoint"
mkdir "$mnt/logs" "$mnt/copies" "$tmp/log"

configure() { # the first lines of a configuration
	cat >"$tmp/conf" <<END
$tmp/log/app.log {
$1
	rotate 1000
	dateext
	dateformat -%Y%m%d-%s
	nocompress
	nosharedscripts
	create 600
$2
}
END
}
rotate() {
	logrotate -f -s "$tmp/state" "$tmp/conf" 2>"$tmp/err"
}
# recipes.md: "Each rotated log is a message, and leaves the disk when the service has it."
configure '' "	postrotate
		for f in \"\$1\"-*; do mv \"\$f\" $mnt/logs/ || exit 1; done
	endscript"
echo first >"$tmp/log/app.log"
rotate || fail "logrotate: $(cat "$tmp/err")"
names_are "$tmp/log" app.log || fail "left on the disk: $(names "$tmp/log")"
hear logs first

# recipes.md: "While the service refuses, rotated logs stay beside the log, logrotate ends with status 1, and the next run sends all of them."
faults 'SendMessage* error=AccessDenied'
echo second >"$tmp/log/app.log"
rotate
[ $? = 1 ] || fail "logrotate does not say that the service refused"
[ "$(cat "$tmp"/log/app.log-*)" = second ] || fail "the rotated log is lost"
faults ''
echo third >"$tmp/log/app.log"
# Not in the second of the one before: its name would be the same.
all_are_sent() {
	rotate && names_are "$tmp/log" app.log
}
await 20 all_are_sent
drain logs "$tmp/came"
sort "$tmp"/came/* | tr '\n' ' ' | grep -q '^second third $' || fail "came: $(cat "$tmp"/came/*)"

# recipes.md: "With `renamecopy` and `olddir` the rotated log is sent as well, but logrotate does not look at close(2): what the service refused is then an unsent file of the queue alone."
configure "	renamecopy
	olddir $mnt/copies" ''
echo fourth >"$tmp/log/app.log"
rotate || fail "logrotate with renamecopy: $(cat "$tmp/err")"
hear copies fourth
faults 'SendMessage* error=AccessDenied'
echo fifth >"$tmp/log/app.log"
refused_unseen() {
	rotate && [ "$(cat "$mnt"/copies/app.log-*)" = fifth ]
}
await 10 refused_unseen
names_are "$tmp/log" app.log || fail "left on the disk: $(names "$tmp/log")"
