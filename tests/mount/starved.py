# SPDX-License-Identifier: MIT
"""Operations of every kind while allocations fail, and what must be so afterwards.

    starved.py MOUNT CONTROL ROUNDS SEED

CONTROL is the file that tests/lib/starve.c maps. A round has queues of its own, and
operations that may fail; then there is memory again, and the queues are drained: what
was confirmed has come out, nothing came that nobody sent, what was deleted stays so.
"""
import collections
import errno
import os
import random
import sys
import time

RATES = 50, 150, 15, 400
OPERATIONS = 120
LEASE_S = 4
SLOW_S = 8  # no operation here has a reason to take that long

# What an operation says that ran out of memory itself, or met what another left.
EXPECTED = {errno.ENOMEM, errno.EAGAIN, errno.ENOENT, errno.EBUSY, errno.ESTALE, errno.EPERM,
            errno.EEXIST, errno.ENOTEMPTY, errno.ENODATA, errno.ECANCELED}

mount, control, rounds, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
chance = random.Random(seed)
told = collections.Counter()


def fail(what):
    starve(0)
    sys.exit("FAILED: " + what)


def starve(rate):
    with open(control, "r+") as f:
        f.write("%-15d" % rate)


class Queue:
    def __init__(self, name):
        self.dir = mount + "/" + name
        self.is_fifo = name.endswith(".fifo")
        self.began = set()  # what somebody tried to send
        self.confirmed = set()
        self.came = set()
        self.sent_in_order = []  # confirmed, of the group "default"
        self.came_in_order = []
        self.deleting = set()  # MessageIds; rm(1) has succeeded
        self.deleted = set()  # `sync q` has succeeded since
        self.count = 0
        os.mkdir(self.dir)
        with open(self.dir + "/.sqs/attributes/VisibilityTimeout", "w") as f:
            f.write("%d\n" % LEASE_S)

    def body(self):
        self.count += 1
        body = "%s:%d:" % (self.dir, self.count)
        body += "x" * chance.choice([1, 100, 3000]) + "."
        self.began.add(body)
        return body

    def path(self, name):
        return self.dir + "/" + name

    def confirm(self, body):
        self.confirmed.add(body)
        if self.is_fifo:
            self.sent_in_order.append(body)

    def arrived(self, body):
        if body not in self.began:
            fail("nobody sent '%s' (%d bytes)" % (body[:80], len(body)))
        if body not in self.came:
            self.came_in_order.append(body)
        self.came.add(body)


def write_all(path, body, flags=os.O_CREAT | os.O_TRUNC | os.O_WRONLY, ignores=False):
    """False when a write failed; close(2) raises."""
    fd = os.open(path, flags, 0o600)
    whole = True
    half = len(body) // 2
    for part in body[:half], body[half:]:
        try:
            os.write(fd, part.encode())
        except OSError as e:
            note("write", e)
            whole = False
            if not ignores:
                break
    os.close(fd)
    return whole


def take(fd, queue):
    """The body of an open message, and its id as far as there is memory to tell."""
    body = b""
    while True:
        part = os.read(fd, 1 << 20)
        if not part:
            break
        body += part
    queue.arrived(body.decode())
    try:
        return os.getxattr(fd, "user.sqs.MessageId").decode()
    except OSError as e:
        note("getxattr", e)
        return None


def discard(path):
    """Of a file that could not be sent: no later one of its group waits for it."""
    for _ in range(50):
        try:
            return os.unlink(path)
        except FileNotFoundError:
            return
        except OSError as e:
            note("discard", e)
    fail("cannot remove " + path)


def send(queue):
    body = queue.body()
    path = queue.path("f%d" % queue.count)
    try:
        if write_all(path, body, ignores=chance.random() < 0.5):
            queue.confirm(body)
            return
    except OSError:
        discard(path)
        raise
    discard(path)


def send_draft(queue):
    """What rename(2) has taken is sent, sooner or later."""
    body = queue.body()
    draft, name = queue.path(".d%d" % queue.count), queue.path("d%d" % queue.count)
    try:
        whole = write_all(draft, body)
        os.setxattr(draft, "user.sqs.attr.colour", b"red")
    except OSError:
        discard(draft)
        raise
    if not whole:
        return discard(draft)
    try:
        os.rename(draft, name)
    except OSError:
        discard(draft)
        raise
    queue.confirmed.add(body)
    fd = os.open(name, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def send_stream(queue):
    path = queue.path("s%d" % queue.count)
    fd = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        for _ in range(2):
            body = queue.body()
            os.write(fd, body.encode())
            os.fsync(fd)
            queue.confirm(body)
    finally:
        try:
            os.close(fd)
        finally:
            discard(path)


def send_lines(queue):
    bodies = [queue.body() for _ in range(chance.choice([1, 3, 12]))]
    fd = os.open(queue.path(".sqs/lines"), os.O_WRONLY)
    try:
        for body in bodies:
            os.write(fd, (body + "\n").encode())
    finally:
        os.close(fd)
    for body in bodies:
        queue.confirmed.add(body)


def send_in_group(queue):
    group = queue.path("g%d" % chance.randrange(3))
    if not os.path.isdir(group):
        os.mkdir(group)
    body = queue.body()
    path = group + "/f"
    try:
        if write_all(path, body):
            queue.confirmed.add(body)
            return
    except OSError:
        discard(path)
        raise
    discard(path)


def receive(queue):
    name = queue.path(chance.choice(["next", "next.a", "next.b"]))
    fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK)
    try:
        message_id = take(fd, queue)
        if chance.random() < 0.3:
            os.utime(fd)
        if chance.random() < 0.6:
            os.unlink(name)
            if message_id:
                queue.deleting.add(message_id)
        elif chance.random() < 0.5 and message_id:
            os.rename(queue.path(message_id), queue.path("next"))
    finally:
        os.close(fd)


def use_inbox(queue):
    for name in os.listdir(queue.path(".sqs/inbox")):
        path = queue.path(".sqs/inbox/" + name)
        fd = os.open(path, os.O_RDONLY)
        try:
            message_id = take(fd, queue)
        finally:
            os.close(fd)
        if chance.random() < 0.5:
            os.unlink(path)
            if message_id:
                queue.deleting.add(message_id)


def look(queue):
    for name in os.listdir(queue.dir):
        os.stat(queue.path(name))
    os.listdir(mount)
    for name in "count", "url", "attributes/VisibilityTimeout", "redrive", "sources":
        with open(queue.path(".sqs/" + name)) as f:
            f.read()


def use_tags(queue):
    with open(queue.path(".sqs/tags/colour"), "w") as f:
        f.write("red\n")
    os.listdir(queue.path(".sqs/tags"))
    os.unlink(queue.path(".sqs/tags/colour"))


def use_queue(queue):
    queue.count += 1
    path = "%s/made-%d-%s" % (mount, queue.count, os.path.basename(queue.dir))
    os.mkdir(path)
    os.rmdir(path)


def settle(queue):
    known, queue.deleting = queue.deleting, set()
    fd = os.open(queue.dir, os.O_RDONLY)
    try:
        os.fsync(fd)
        queue.deleted |= known
    finally:
        os.close(fd)


def note(name, error):
    told[name, error.errno] += 1
    if error.errno not in EXPECTED and (name, error.errno) != ("write", errno.EIO):
        fail("%s: %s" % (name, error))


def attempt(operation, queue):
    began = time.monotonic()
    try:
        operation(queue)
    except OSError as e:
        note(operation.__name__, e)
    took = time.monotonic() - began
    if took > SLOW_S:
        fail("%s took %.1f s" % (operation.__name__, took))


# Those that may wait for what is tried again are rare.
MIX = ([send] * 4 + [send_draft, send_stream, send_lines, send_in_group] * 2 +
       [receive] * 5 + [use_inbox, look, use_tags, use_queue]) * 4 + [settle]


# -- afterwards ---------------------------------------------------------------------------


def read_file(path):
    with open(path, "rb") as f:
        return f.read().decode()


def is_message(path):
    """Not a file that was not sent; the name of one whose lease is over is none."""
    try:
        return "user.sqs.MessageId" in os.listxattr(path)
    except OSError:
        return True


def clear(queue, directory):
    """What was not sent is removed; nobody may have been told that it was."""
    for name in os.listdir(directory):
        path = directory + "/" + name
        if name in queue.deleted:
            fail("%s was deleted, and is listed" % path)
        if os.path.isdir(path):
            clear(queue, path)
        elif name != "next" and not is_message(path):
            if read_file(path) in queue.confirmed:
                fail("%s was confirmed, and is not sent" % path)
            os.unlink(path)


def is_empty(queue):
    """What came where there was no memory for it comes again when its lease is over."""
    return all(read_file(queue.path(".sqs/attributes/ApproximateNumberOfMessages" + kind)) == "0\n"
               for kind in ("NotVisible", ""))


def take_one(queue):
    name = queue.path("next.z")
    fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK)
    message_id = take(fd, queue)
    os.close(fd)
    if message_id in queue.deleted:
        fail("%s was deleted, and came again" % message_id)
    os.unlink(name)
    settle(queue)


def drain(queue):
    until = time.monotonic() + 10 * LEASE_S
    while not is_empty(queue):
        if time.monotonic() > until:
            fail("%s cannot be drained" % queue.dir)
        try:
            take_one(queue)
        except BlockingIOError:
            time.sleep(0.05)
        except OSError as e:
            note("drain", e)


def check(queue):
    attempt(settle, queue)  # retries what waits for its time
    clear(queue, queue.dir)
    attempt(settle, queue)
    drain(queue)
    lost = queue.confirmed - queue.came
    if lost:
        fail("%d of %d confirmed messages of %s are lost: %s" % (
            len(lost), len(queue.confirmed), queue.dir, [b[:60] for b in sorted(lost)]))
    sent = queue.sent_in_order
    if queue.is_fifo and sorted(sent, key=queue.came_in_order.index) != sent:
        fail("%s: not in the order of their closes" % queue.dir)


def run(number):
    queues = [Queue("s%d" % number), Queue("f%d.fifo" % number)]
    starve(RATES[number % len(RATES)])
    for _ in range(OPERATIONS):
        attempt(chance.choice(MIX), chance.choice(queues))
    starve(0)
    return queues


for queue in sum([run(number) for number in range(rounds)], []):
    check(queue)
for (name, number), count in sorted(told.items()):
    print("%s: %s %d times" % (name, errno.errorcode[number], count))
if not any(number == errno.ENOMEM for _, number in told):
    fail("memory never ran out")
