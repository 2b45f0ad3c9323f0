#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../lib/mount.sh"
mount_sqsfs
mkdir "$mnt/q" "$mnt/other" "$tmp/out"

# semantics.md: "`mv q/next DIR` receives a message, copies it, then deletes it: an unlink of `next` by the process that read one from it to its end deletes that message."
say one q
mv "$mnt/q/next" "$tmp/out/" || fail "mv next"
[ "$(cat "$tmp/out/next")" = one ] || fail "moved $(cat "$tmp/out/next")"
sync "$mnt/q" && names_are "$mnt/q" next || fail "ls shows $(names "$mnt/q")"
rmdir "$mnt/q" || fail "the message is still in the queue"
mkdir "$mnt/jobs"

# semantics.md: "Any other unlink of `next` fails with EPERM."
expect_errno EPERM rm "$mnt/jobs/next"
say two jobs
cat "$mnt/jobs/next" >/dev/null
expect_errno EPERM rm "$mnt/jobs/next"

# Nor has another process that got the number of one that is gone.
say number jobs
python3 - "$mnt/jobs/next" <<'END' || fail "unlink of next by a process with the number of its reader"
import errno, os, sys, time
def run(act):
    child = os.fork()
    if child == 0:
        os._exit(act())
    return child, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
def read():
    return not open(sys.argv[1], "rb").read()
def unlink():
    try:
        os.unlink(sys.argv[1])
    except OSError as e:
        return e.errno != errno.EPERM
    return 1
reader, failed = run(read)
time.sleep(2 / os.sysconf("SC_CLK_TCK")) # the unit in which the kernel tells when a process began
child = None
for _ in range(100):
    try:
        with open("/proc/sys/kernel/ns_last_pid", "w") as last:
            last.write(str(reader - 1))
    except OSError:
        break # only root gives out numbers
    child, failed = run(unlink)
    if child == reader or failed:
        break
sys.exit(failed)
END

# Who has not read to the end has not got the message.
say three-three jobs
python3 - "$mnt/jobs/next" <<'END' || fail "unlink of next after half a read"
import errno, os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
os.read(fd, 3)
try:
    os.unlink(sys.argv[1])
except OSError as e:
    sys.exit(e.errno != errno.EPERM)
sys.exit(1)
END

# semantics.md: "`mv q/next q/NAME` gives a message that is already received a name, and fails with EAGAIN at once where none is at hand."
remount -o prefetch=5,wait=inf
for n in 1 2 3; do
	say "$n" other
done
cat "$mnt/other/next" >"$tmp/claimed"
expect_errno ENOENT mv "$mnt/other/next.none" "$mnt/other/next"
for name in mine next.mine .mine; do
	await 10 mv "$mnt/other/next" "$mnt/other/$name"
	cat "$mnt/other/$name" >>"$tmp/claimed" && rm "$mnt/other/$name" || fail "claim as $name"
	[ "$name" != next.mine ] || break
done
[ "$(sort -n "$tmp/claimed" | tr '\n' ' ')" = "1 2 3 " ] || fail "claimed: $(cat "$tmp/claimed")"
mkdir "$mnt/nothing"
expect_errno EAGAIN timeout 60 mv "$mnt/nothing/next" "$mnt/nothing/mine"
