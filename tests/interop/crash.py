# SPDX-License-Identifier: MIT
"""A load whose answers are noted, and the judgement of the notes after crashes.

    crash.py load ADDRESS:PORT NOTES CLIENTS    until SIGTERM; the server may die and return
    crash.py drain ADDRESS:PORT NOTES           takes and deletes all that is left
    crash.py judge NOTES

Half of the clients send and half take; half of each on a standard queue, half on a FIFO
queue of several groups. A note is a line: its kind, words, and when, in seconds. What was
only asked for may have happened or not; what was answered must have.

    sending QUEUE BODY        before the first attempt
    again QUEUE BODY          before another: FIFO only, with the same deduplication id
    sent QUEUE BODY           answered
    received QUEUE BODY ID ASKED    asked for then, answered when the note was made;
                              several of one answer stand together, a "-" after them
    deleting QUEUE BODY       before it is asked for
    deleted QUEUE BODY        answered, within the lease
    killed                    by crash.sh
"""
import collections
import http.client
import random
import re
import signal
import sys
import threading
import time
import urllib.parse

VISIBILITY = 5
GROUPS = 4  # of each sender on the FIFO queue
UNEVEN = 0.1  # seconds that clocks and their reading may be apart

ended = threading.Event()
GONE = (OSError, http.client.HTTPException)


def now():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Notes:
    def __init__(self, path):
        self.file = open(path, "a", buffering=1)
        self.lock = threading.Lock()

    def add(self, *lines):
        with self.lock:
            self.file.write("".join("%s %.6f\n" % (line, now()) for line in lines))


class Refused(Exception):
    pass


class Client:
    def __init__(self, address, queue):
        self.address, self.queue = address, queue
        self.connection = None

    def ask(self, **form):
        """The answer's text; one of GONE when there was none."""
        if not self.connection:
            self.connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            self.connection.request(
                "POST", "/000000000000/" + self.queue, urllib.parse.urlencode(form),
                {"Content-Type": "application/x-www-form-urlencoded"})
            answer = self.connection.getresponse()
            text = answer.read().decode()
        except GONE:
            self.connection.close()
            self.connection = None
            raise
        if answer.status != 200:
            raise Refused(text)
        return text

    def take(self, notes):
        """Receives and notes: [(body, handle)], and until when they are its own."""
        asked = now()
        text = self.ask(Action="ReceiveMessage", MaxNumberOfMessages=10,
                        VisibilityTimeout=VISIBILITY)
        found = [re.findall("<%s>(.*?)</%s>" % (x, x), text)
                 for x in ("Body", "MessageId", "ReceiptHandle")]
        lines = ["received %s %s %s %.6f" % (self.queue, body, message_id, asked)
                 for body, message_id in zip(*found[:2])]
        if lines:
            notes.add(*lines, "-")
        return list(zip(found[0], found[2])), asked + VISIBILITY

    def delete(self, notes, body, handle, until):
        notes.add("deleting %s %s" % (self.queue, body))
        self.ask(Action="DeleteMessage", ReceiptHandle=handle)
        if now() < until:
            notes.add("deleted %s %s" % (self.queue, body))

    def count(self):
        text = self.ask(Action="GetQueueAttributes", AttributeName="All")
        return sum(int(x) for x in re.findall(
            "<Name>ApproximateNumberOfMessages[A-Za-z]*</Name><Value>(\\d+)<", text))


def send_plain(address, notes, number):
    """What got no answer is not sent again."""
    client, count = Client(address, "jobs"), 0
    while not ended.is_set():
        count += 1
        body = "%d/%d" % (number, count)
        try:
            notes.add("sending jobs " + body)
            client.ask(Action="SendMessage", MessageBody=body)
            notes.add("sent jobs " + body)
        except GONE:
            ended.wait(0.01)


def send_in_order(address, notes, number):
    """What got no answer is sent again until it gets one, before anything else."""
    client, count = Client(address, "groups.fifo"), 0
    while not ended.is_set():
        count += 1
        group = "g%d.%d" % (number, count % GROUPS)
        body = "%s/%d" % (group, count // GROUPS)
        notes.add("sending groups.fifo " + body)
        while True:
            try:
                client.ask(Action="SendMessage", MessageBody=body, MessageGroupId=group,
                           MessageDeduplicationId=body)
                notes.add("sent groups.fifo " + body)
                break
            except GONE:
                time.sleep(0.01)
                notes.add("again groups.fifo " + body)


def delete_some(client, notes, messages, until, leaves):
    """In order; where one is left, so are those of its group behind it."""
    left = set()
    for body, handle in messages:
        group = body if client.queue == "jobs" else body.split("/")[0]
        if group in left:
            continue
        if random.random() < leaves:
            left.add(group)
            continue
        try:
            client.delete(notes, body, handle, until)
        except Refused as refused:
            if "expired" not in str(refused):
                raise
            left.add(group)
        except GONE:
            left.add(group)
            time.sleep(0.01)


def take(address, notes, queue):
    """Deletes most of what it takes and lets the leases of the rest run out."""
    client = Client(address, queue)
    while not ended.is_set():
        try:
            messages, until = client.take(notes)
            delete_some(client, notes, messages, until, 0.03)
            if not messages:
                ended.wait(0.01)
        except GONE:
            ended.wait(0.01)


def load(address, path, clients):
    notes, quarter = Notes(path), int(clients) // 4
    work = [(send_plain, n) for n in range(quarter)] + [(send_in_order, n) for n in range(quarter)]
    work += [(take, queue) for queue in ("jobs", "groups.fifo")] * quarter
    threads = [threading.Thread(target=f, args=(address, notes, x)) for f, x in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def drain(address, path):
    notes, until_s = Notes(path), now() + 300
    for queue in ("jobs", "groups.fifo"):
        client = Client(address, queue)
        while client.count():
            assert now() < until_s, "%d messages are not to be had" % client.count()
            messages, until = client.take(notes)
            delete_some(client, notes, messages, until, 0)
            if not messages:
                time.sleep(0.1)


class Judge:
    """Reads the notes in the order in which they were made."""

    def __init__(self):
        self.sent, self.again, self.deleting = set(), set(), set()
        self.deleted = {}  # when it was answered
        self.ids = collections.defaultdict(set)
        self.leases = collections.defaultdict(list)
        self.kills = []
        self.answer = []  # what one receive brought
        self.complaints = []

    def read(self, path):
        for line in open(path):
            kind, *words, when = line.split()
            if kind == "received":
                self.answer.append((" ".join(words[:2]), words[2], float(words[3])))
            elif kind == "-":
                self.received(float(when))
            elif kind == "killed":
                self.kills.append(float(when))
            elif kind == "deleted":
                self.deleted[" ".join(words)] = float(when)
            elif kind in ("sent", "again", "deleting"):
                getattr(self, kind).add(" ".join(words))

    def received(self, when):
        for what, message_id, asked in self.answer:
            if what in self.deleted and self.deleted[what] < asked:
                self.complaints.append("%s was deleted and came back" % what)
            self.ids[what].add(message_id)
            self.leases[what].append((asked, when))
        self.in_order([what for what, _, _ in self.answer if what.startswith("groups")])
        self.answer = []

    def in_order(self, received):
        """Of a group, an answer has the first that are there, none left out."""
        last = {}
        for what in received:
            group, number = what.rsplit("/", 1)
            first = last.get(group, -1) + 1
            ahead = [n for n in range(first, int(number))
                     if "%s/%d" % (group, n) not in self.deleting
                     and "%s/%d" % (group, n) in self.sent]
            if ahead or int(number) < first:
                self.complaints.append("%s was given before %s" % (what, ahead or first - 1))
            last[group] = int(number)

    def judge(self):
        self.complaints += ["%s is lost" % x for x in sorted(self.sent - self.deleting)]
        self.complaints += ["%s was taken in twice" % x
                            for x, ids in self.ids.items() if len(ids) > 1]
        for what, leases in self.leases.items():
            leases.sort()
            for (asked, _), (asked_next, given_next) in zip(leases, leases[1:]):
                if given_next < asked + VISIBILITY - UNEVEN:
                    self.complaints.append("%s was given at %.3f and at %.3f" % (
                        what, asked, asked_next))
        across = sum(when < kill < asked + VISIBILITY and self.deleted.get(what, kill) >= kill
                     for what, leases in self.leases.items() for asked, when in leases
                     for kill in self.kills)
        print("%d kills, %d sends and %d deletes answered, %d sends repeated, "
              "%d leases over a kill, %d complaints" % (
                  len(self.kills), len(self.sent), len(self.deleted), len(self.again),
                  across, len(self.complaints)))
        print("\n".join(self.complaints[:20]))
        # A load that no kill met would prove nothing.
        return 0 if across and self.again and self.sent and not self.complaints else 1


signal.signal(signal.SIGTERM, lambda *_: ended.set())
if sys.argv[1] == "judge":
    judge = Judge()
    judge.read(sys.argv[2])
    sys.exit(judge.judge())
{"load": load, "drain": drain}[sys.argv[1]](*sys.argv[2:])
