#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
need sftp
sftp_server=/usr/lib/openssh/sftp-server
[ -x "$sftp_server" ] || skip "$sftp_server is missing: apt install openssh-sftp-server"
expect_errors_in_log
start_server
mount_sqsfs -o wait=1 "$endpoint"
mkdir "$mnt/drop"
echo order >"$tmp/order"
# The server's side as sshd starts it, without the network.
client() { # COMMANDS
	printf '%b' "$1" | sftp -q -b - -D "$sftp_server -d $mnt/drop" >"$tmp/sftp.out" 2>&1
}

# recipes.md: "`put` sends a message."
client "put $tmp/order\n" || fail "put: $(cat "$tmp/sftp.out")"
hear drop order
client "put $tmp/order order.part\n" || fail "put of a draft: $(cat "$tmp/sftp.out")"
hear drop
client "rename order.part order2\n" || fail "rename: $(cat "$tmp/sftp.out")"
sync "$mnt/drop"
hear drop order
hear drop

# recipes.md: "With a sqsfs of root sftp-server tells the client what close(2) says: while the service refuses, `put` fails."
# recipes.md: "With a sqsfs of an ordinary user `put` succeeds and the file stays in the directory, because sftp-server hides what it has open."
faults 'SendMessage* error=AccessDenied'
if is_root; then
	! client "put $tmp/order third\n" || fail "put of what the service refused works"
else
	client "put $tmp/order third\n" || fail "put: $(cat "$tmp/sftp.out")"
fi
[ "$(cat "$mnt/drop/third")" = order ] || fail "the refused file is not there: $(names "$mnt/drop")"
