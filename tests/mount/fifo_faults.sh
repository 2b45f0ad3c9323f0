#!/bin/sh
# SPDX-License-Identifier: MIT
# The order of a group, and each message once, while the service throttles, cuts
# connections, loses its answers, dies and comes back.
. "$(dirname "$0")/../lib/mount.sh"
need python3
expect_errors_in_log
files=${FIFO_FAULTS_FILES:-150}
start_server
mount_sqsfs -o wait=2,drain=20 "$endpoint"
mkdir "$mnt/o.fifo" "$mnt/o.fifo/red" "$mnt/o.fifo/blue"

# Two groups, a writer each, whose messages are numbered. Red is careful: it asks again
# for each file until it is sent. Blue is careless, as a shell's echo is: it goes on, and
# asks for all that is left at the end.
cat >"$tmp/writer.py" <<'END'
import os, random, sys, time
directory, group, count = sys.argv[1] + "/" + sys.argv[2], sys.argv[2], int(sys.argv[3])

def is_sent(path):
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return True  # meanwhile, in the background
    try:
        os.fsync(fd)
        return True
    except OSError:
        return False
    finally:
        os.close(fd)

def insist(condition, what):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    sys.exit("%s: not sent" % what)

for n in range(count):
    path = "%s/%d" % (directory, n)
    try:
        with open(path, "w") as f:
            f.write("%s %d\n" % (group, n))
    except OSError:
        if group == "red":
            insist(lambda: is_sent(path), path)

def all_sent():
    left = os.listdir(directory)
    random.shuffle(left)  # the order is theirs, not ours
    return all([is_sent("%s/%s" % (directory, name)) for name in left])

insist(all_sent, group)
END
# semantics.md: "Sends to one group through one mount leave in the order in which their closes began."
# semantics.md: "The deduplication id of a file is made once, before the first attempt, so that retries deliver it once."
faults 'SendMessage* throttle probability=0.15 seed=1; SendMessage* cut probability=0.15 seed=2; SendMessage* lose probability=0.1 seed=3; SendMessage* error=InternalFailure probability=0.25 seed=4'
writers=
for group in red blue; do
	python3 "$tmp/writer.py" "$mnt/o.fifo" $group "$files" &
	writers="$writers $!"
done
# shellcheck disable=SC2086 # a list of numbers
background $writers
half_is_there() {
	[ "$(cat "$mnt/o.fifo/.sqs/count")" -ge "$files" ]
}
await 120 half_is_there
kill_server
start_server
for writer in $writers; do
	wait "$writer" || fail "a writer gave up"
done
faults ''
await 60 names_are "$mnt/o.fifo/red" ""
await 60 names_are "$mnt/o.fifo/blue" ""

# Retries do not hide all of it, or this would test nothing.
[ "$(grep -c ': warning: send: o.fifo/' "$log")" -ge 5 ] || fail "only $(grep -c ': warning: send: o.fifo/' "$log") sends were refused"

# All of them, in the order of their group.
cat >"$tmp/reader.py" <<'END'
import errno, os, sys
seen = {}
while True:
    try:
        fd = os.open(sys.argv[1] + "/next", os.O_RDONLY | os.O_NONBLOCK)
    except OSError as e:
        if e.errno == errno.EAGAIN:
            break
        raise
    group, n = os.read(fd, 100).decode().split()
    name = os.getxattr(fd, "user.sqs.MessageId").decode()
    os.close(fd)
    seen.setdefault(group, []).append(int(n))
    os.unlink("%s/%s" % (sys.argv[1], name))
    directory = os.open(sys.argv[1], os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)
want = {group: list(range(int(sys.argv[2]))) for group in ("red", "blue")}
for group in want:
    if seen.get(group) != want[group]:
        sys.exit("%s: %s" % (group, seen.get(group)))
END
python3 "$tmp/reader.py" "$mnt/o.fifo" "$files" || fail "the order is broken, or something came twice or not at all"
