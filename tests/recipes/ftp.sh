#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
PATH=$PATH:/usr/sbin
need vsftpd lftp curl python3
is_root || skip "needs root: vsftpd changes its root directory"
getent passwd ftp >/dev/null || skip "the user ftp is missing"
expect_errors_in_log
start_server
mount_sqsfs -o wait=1,allow_other "$endpoint"
mkdir "$mnt/drop" "$tmp/empty"
chmod 755 "$tmp"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$tmp/vsftpd.conf" <<END
background=NO
listen=YES
listen_address=127.0.0.1
listen_port=$port
run_as_launching_user=YES
seccomp_sandbox=NO
secure_chroot_dir=$tmp/empty
anonymous_enable=YES
no_anon_password=YES
anon_root=$mnt/drop
anon_upload_enable=YES
anon_other_write_enable=YES
write_enable=YES
allow_writeable_chroot=YES
END
vsftpd "$tmp/vsftpd.conf" >"$tmp/vsftpd.out" 2>&1 &
background $!
url=ftp://127.0.0.1:$port
await 10 curl -sS -o /dev/null "$url/"
echo order >"$tmp/order"
head -c 300000 /dev/zero | tr '\0' x >"$tmp/large"

# recipes.md: "An upload under a draft's name (`*.part`, or lftp's `.in.NAME`) is sent when the client renames it."
curl -sS -T "$tmp/order" "$url/order.part" || fail "curl"
hear drop
curl -sS -T "$tmp/order" "$url/order.part" -Q '-RNFR order.part' -Q '-RNTO order' || fail "curl and rename"
sync "$mnt/drop"
hear drop order
lftp -c "set xfer:use-temp-file yes; open 127.0.0.1:$port; put $tmp/order -o second" >"$tmp/lftp.out" 2>&1 ||
	fail "lftp: $(cat "$tmp/lftp.out")"
sync "$mnt/drop"
hear drop order

# Uploads slowly, and is killed when some of it has arrived.
cut_off() { # NAME
	curl -sS --limit-rate 20k -T "$tmp/large" "$url/$1" &
	client=$!
	background "$client"
	await 20 test -s "$mnt/drop/$1"
	kill -9 "$client"
	wait "$client" 2>/dev/null
}

# recipes.md: "An upload that is cut off under a draft's name is never sent: it stays as a draft until it is removed or uploaded again."
cut_off large.part
curl -sS -T "$tmp/order" "$url/order.part" -Q '-RNFR order.part' -Q '-RNTO order' || fail "curl and rename"
sync "$mnt/drop"
hear drop order
hear drop
[ -s "$mnt/drop/large.part" ] || fail "the draft is not there: $(names "$mnt/drop")"

# recipes.md: "An upload that is cut off under any other name is sent as far as it came, because vsftpd closes it as if it were whole."
cut_off whole
is_there() {
	[ "$(cat "$mnt/drop/.sqs/count")" = 1 ]
}
await 20 is_there
hear_body drop >"$tmp/came"
[ -s "$tmp/came" ] && [ "$(wc -c <"$tmp/came")" -lt 300000 ] || fail "$(wc -c <"$tmp/came") bytes came"
