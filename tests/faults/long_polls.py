# SPDX-License-Identifier: MIT
import os
import signal
import sys
import time

from client import Client, await_metric, metric

ADDRESS, SERVER = sys.argv[1:]
PARKED = "sqs_local_parked_polls"


def park(count, wait=20, **form):
    """Long polls, begun one after the other: each is parked before the next begins."""
    before = metric(ADDRESS, PARKED)
    clients = []
    for i in range(count):
        client = Client(ADDRESS)
        client.begin(Action="ReceiveMessage", WaitTimeSeconds=wait, **form)
        clients.append(client)
        await_metric(ADDRESS, PARKED, before + i + 1)
    return clients


def threads():
    for line in open("/proc/%s/status" % SERVER):
        if line.startswith("Threads:"):
            return int(line.split()[1])


def elapsed(call):
    began = time.monotonic()
    call()
    return time.monotonic() - began


sender = Client(ADDRESS)

# A parked poll is answered by a send, at once and not when its time is up.
(poll,) = park(1)
began = time.monotonic()
sender.send("hello")
answer = poll.finish()
assert time.monotonic() - began < 5
assert answer.bodies == ["hello"]
sender.ask(Action="DeleteMessage", ReceiptHandle=answer.handles[0])

# The oldest poll gets the first message; the others go on waiting.
polls = park(5)
for i in range(3):
    sender.send("message %d" % i)
    assert polls[i].finish().bodies == ["message %d" % i]
assert polls[3].is_silent() and polls[4].is_silent()
assert metric(ADDRESS, PARKED) == 2

# A batch wakes as many as there are messages.
more = park(3)
batch = {"SendMessageBatchRequestEntry.%d.Id" % i: i for i in range(1, 5)}
batch.update({"SendMessageBatchRequestEntry.%d.MessageBody" % i: "batch" for i in range(1, 5)})
sender.ask(Action="SendMessageBatch", **batch)
for poll in polls[3:] + more[:2]:
    assert poll.finish().bodies == ["batch"]
assert more[2].is_silent()

# One send to one queue does not make every waiting poll of it look.
polls = park(50)
before = metric(ADDRESS, "sqs_local_executed_total")
sender.send("for one")
assert more[2].finish().bodies == ["for one"]
assert metric(ADDRESS, "sqs_local_executed_total") - before <= 4
assert all(poll.is_silent() for poll in polls)

# A peer that hangs up takes nothing with it, and its connection is let go.
for poll in polls:
    poll.close()
await_metric(ADDRESS, PARKED, 0)
await_metric(ADDRESS, "sqs_local_hung_up_total", 50)
sender.send("not lost")
answer = sender.receive(AttributeName="All")
assert answer.bodies == ["not lost"]
assert "<Name>ApproximateReceiveCount</Name><Value>1<" in answer.text

# A delayed message wakes a poll when its delay is over, a received one when its time is.
(poll,) = park(1)
began = time.monotonic()
sender.send("later", DelaySeconds=1)
assert poll.finish().bodies == ["later"]
assert 0.8 < time.monotonic() - began < 5
sender.send("again")
assert sender.receive(VisibilityTimeout=1).bodies == ["again"]
(poll,) = park(1)
began = time.monotonic()
assert poll.finish().bodies == ["again"]
assert time.monotonic() - began < 10

# Giving a message back wakes a poll.
sender.send("given back")
answer = sender.receive()
(poll,) = park(1)
began = time.monotonic()
sender.ask(Action="ChangeMessageVisibility", ReceiptHandle=answer.handles[0], VisibilityTimeout=0)
assert poll.finish().bodies == ["given back"]
assert time.monotonic() - began < 10

# A poll whose time is up answers nothing; other queues do not disturb it.
(poll,) = park(1, wait=2)
began = time.monotonic()
sender.ask("/000000000000/other", Action="SendMessage", MessageBody="elsewhere")
assert poll.finish().bodies == []
assert 1.5 < time.monotonic() - began < 6

# All who wait on a queue that is deleted hear so at once.
sender.ask("/", Action="CreateQueue", QueueName="leaving")
polls = park(3, path="/000000000000/leaving")
began = time.monotonic()
sender.ask("/000000000000/leaving", Action="DeleteQueue")
for poll in polls:
    assert poll.finish().code == "AWS.SimpleQueueService.NonExistentQueue"
assert time.monotonic() - began < 10

# Many wait without a thread each, and do not stand in the way of a send.
before = threads()
polls = []
for _ in range(300):
    poll = Client(ADDRESS)
    poll.begin(Action="ReceiveMessage", WaitTimeSeconds=20)
    polls.append(poll)
await_metric(ADDRESS, PARKED, 300)
assert threads() == before
assert elapsed(lambda: sender.ask("/000000000000/other", Action="SendMessage", MessageBody="x")) < 1
for i in range(300):
    sender.send("m%d" % i)
assert sorted(poll.finish().bodies[0] for poll in polls) == sorted("m%d" % i for i in range(300))

# The end of the server answers what waits, with nothing.
(poll,) = park(1)
os.kill(int(SERVER), signal.SIGTERM)
answer = poll.finish()
assert answer.status == 200 and answer.bodies == []
