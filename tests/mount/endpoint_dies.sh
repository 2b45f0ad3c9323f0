#!/bin/sh
# SPDX-License-Identifier: MIT
# The endpoint dies, hangs or loses its answer between the first write and the close.
. "$(dirname "$0")/../lib/mount.sh"
need getfattr python3
expect_errors_in_log
start_server
mount_sqsfs -o drain=5 "$endpoint"
mkdir "$mnt/q" "$mnt/o.fifo"

# Writes all of it, says so, and closes when it is told to; then says how that went.
cat >"$tmp/writer.py" <<'END'
import errno, os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
os.write(fd, b"all of it\n")
print("written", flush=True)
sys.stdin.readline()
try:
    os.close(fd)
    print("closed", flush=True)
except OSError as e:
    print(errno.errorcode[e.errno], flush=True)
END
write_and_wait() { # FILE
	rm -f "$tmp/go"
	mkfifo "$tmp/go"
	python3 "$tmp/writer.py" "$mnt/$1" <"$tmp/go" >"$tmp/said.by.writer" &
	writer=$!
	background $writer
	exec 3>"$tmp/go"
	await 20 grep -q written "$tmp/said.by.writer"
}
now_close() {
	echo >&3
	exec 3>&-
	wait $writer
}
expect_close() { # WORD
	[ "$(tail -n 1 "$tmp/said.by.writer")" = "$1" ] || fail "close: $(tail -n 1 "$tmp/said.by.writer"), expected $1"
}

# semantics.md: "close(2) returns the outcome when the process that opened the file closes it, and nobody else holds it open for writing."
# semantics.md: "A file that could not be sent stays listed with its content, and `user.sqs.error` says why in the service's own words."
write_and_wait q/f
kill_server
now_close
expect_close EHOSTUNREACH
[ "$(cat "$mnt/q/f")" = "all of it" ] && [ -n "$(xattr error "$mnt/q/f")" ] || fail "the file is gone: $(names "$mnt/q")"
start_server
sync "$mnt/q/f" || fail "sync after the service is back"
hear q "all of it"
hear q

# It died and came back: nobody notices.
write_and_wait q/f
kill_server
start_server
now_close
expect_close closed
hear q "all of it"
hear q

# semantics.md: "Where the outcome of a send is unknown, it is sent again: on a standard queue the message may then arrive twice, on a FIFO queue it does not."
for queue in q o.fifo; do
	write_and_wait $queue/f
	faults 'SendMessage* lose count=1'
	now_close
	faults ''
	expect_close closed
	hear $queue "all of it"
done
rm "$mnt"/o.fifo/????????-*
sync "$mnt/o.fifo"
hear o.fifo

# It hangs: a writer that ends with its file open does not hang with it, and its file is
# sent or stays.
hold_server
timeout 60 python3 -c 'import os, sys; os.write(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT), b"slowly\n")' "$mnt/q/slow"
[ $? = 0 ] || fail "the end of a process hangs"
names "$mnt/q" | grep -q slow || fail "what is being sent is not listed: $(names "$mnt/q")"
release_server
arrives() {
	hear_body q >"$tmp/slow" && grep -q slowly "$tmp/slow"
}
await 60 arrives
