#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"

daemon_pid() {
	pgrep -f -x "$SQSFS .*$mnt.*" | head -n 1
}

# semantics.md: "The command returns when the mount can be used."
"$SQSFS" "local:$tmp/queues" "$mnt" 2>"$tmp/err" || fail "sqsfs: $(cat "$tmp/err")"
mkdir "$mnt/q" || fail "not usable when the command returned"
pid=$(daemon_pid)
[ -n "$pid" ] || fail "nothing runs"
background "$pid"
[ ! -s "$tmp/err" ] || fail "it says: $(cat "$tmp/err")"

# semantics.md: "`fusermount3 -u`, SIGTERM and SIGINT end the mount cleanly, whatever is blocked."
say hello q
detach || fail "unmount: $(cat "$tmp/detach.log")"
await 10 is_gone "$pid"

# semantics.md: "With nothing to send, SIGTERM ends the mount in less than two seconds."
mount_and_end() { # SIGNAL
	"$SQSFS" "local:$tmp/queues" "$mnt" || fail "mount again"
	pid=$(daemon_pid)
	background "$pid"
	hear q hello
	mv "$mnt/q/$(held q)" "$mnt/q/next"
	began=$(now_ms)
	kill -s "$1" "$pid"
	await 10 is_gone "$pid"
	! grep -q " $mnt fuse" /proc/self/mounts || fail "SIG$1 left the mount"
}
for signal in TERM INT; do
	at_once 2000 mount_and_end $signal
done

# semantics.md: "A command that is killed before it returns leaves no mount behind."
start_server
faults 'ListQueues delay-before=3000'
"$SQSFS" "$endpoint" "$mnt" &
command=$!
background $command
both_run() { # the command, and what goes to the background
	[ "$(pgrep -f -x "$SQSFS .*$mnt.*" | wc -l)" = 2 ]
}
await 5 both_run
pid=$(pgrep -f -x "$SQSFS .*$mnt.*" | grep -v -x "$command")
background "$pid"
kill "$command"
await 10 is_gone "$pid"
! grep -q " $mnt fuse" /proc/self/mounts || fail "a killed command left a mount"

# semantics.md: "A signal ends a mount that waits for the service's first answer, too."
faults 'ListQueues delay-before=30000'
"$SQSFS" -f "$endpoint" "$mnt" 2>"$tmp/first-answer" &
command=$!
background $command
is_asking() {
	grep -q -x client "/proc/$command/task/"*/comm
}
await 10 is_asking
began=$(now_ms)
kill "$command"
! wait "$command" || fail "a mount that was not made succeeded"
[ $(($(now_ms) - began)) -lt 2000 ] || fail "it ended after $(($(now_ms) - began)) ms"
grep -q 'signal' "$tmp/first-answer" || fail "it said $(cat "$tmp/first-answer")"

# semantics.md: "`mount -t fuse.sqsfs SOURCE DIR -o ...` and /etc/fstab work; `_netdev`, `nofail`, `user` and `x-*` options are ignored."
if is_root && [ -x /sbin/mount.fuse3 ]; then
	mkdir "$tmp/bin"
	cp "$(command -v "$SQSFS")" "$tmp/bin/sqsfs"
	# As if it were installed, in a namespace of mounts of its own.
	unshare -m sh -c '
		mount --bind "$1/bin" /usr/local/bin &&
			mount -t fuse.sqsfs "local:$1/queues" "$1/mnt" \
				-o _netdev,nofail,x-systemd.automount,wait=3,allow_other &&
			grep " $1/mnt fuse.sqsfs " /proc/self/mounts && ls -A "$1/mnt" && umount "$1/mnt"
		' - "$tmp" >"$tmp/mounted" || fail "mount -t fuse.sqsfs"
	grep -q -x q "$tmp/mounted" || fail "mount -t fuse.sqsfs: $(cat "$tmp/mounted")"
fi
