#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
PATH=$PATH:/usr/sbin
need rsyslogd logger
expect_errors_in_log
start_server
mount_sqsfs -o wait=1 "$endpoint"
mkdir "$mnt/log" "$mnt/files"
mnt=$(realpath "$mnt")

begin() { # the action, and what it needs
	cat >"$tmp/conf" <<END
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$tmp/socket")
template(name="line" type="string" string="%syslogtag%%msg%\n")
$1
END
	rsyslogd -n -f "$tmp/conf" -i "$tmp/rsyslogd.pid" 2>"$tmp/rsyslogd.err" &
	rsyslogd=$!
	background "$rsyslogd"
	await 10 test -S "$tmp/socket"
}
end() {
	kill "$rsyslogd"
	await 20 is_gone "$rsyslogd"
	rm -f "$tmp/socket"
}
log_a_line() { # TAG TEXT
	logger -u "$tmp/socket" -t "$1" "$2"
}
count_is() { # QUEUE NUMBER
	[ "$(cat "$mnt/$1/.sqs/count")" = "$2" ]
}

# recipes.md: "fsync(2) of `.sqs/lines` sends the complete lines that wait for company."
begin "action(type=\"omfile\" file=\"$mnt/log/.sqs/lines\" template=\"line\" sync=\"on\")"
log_a_line job 'is done'
await 10 count_is log 1
[ "$(hear_body log)" = 'job: is done' ] || fail "the line differs"
end

# recipes.md: "With a cache of one dynamic file each file is a message, sent when the next one is begun or rsyslog ends."
# recipes.md: "One that the service refused stays in the queue's directory with its content."
begin "template(name=\"file\" type=\"string\" string=\"$mnt/files/%programname%\")
action(type=\"omfile\" dynaFile=\"file\" dynaFileCacheSize=\"1\" template=\"line\")"
log_a_line first 1
log_a_line first 2
log_a_line second 3
await 10 count_is files 1
[ "$(hear_body files | tr '\n' ' ')" = 'first: 1 first: 2 ' ] || fail "the first file differs"
faults 'SendMessage* error=AccessDenied'
end
[ "$(cat "$mnt/files/second")" = 'second: 3' ] || fail "the refused file is not there: $(names "$mnt/files")"
[ -n "$(xattr error "$mnt/files/second")" ] || fail "it does not say why"
faults ''
await 20 sync "$mnt/files/second"
[ "$(hear_body files)" = 'second: 3' ] || fail "the second file differs"
