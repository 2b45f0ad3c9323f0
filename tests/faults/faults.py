# SPDX-License-Identifier: MIT
"""Each kind of fault does what local.md says, before or after the effect."""
import http.client
import sys
import time

from client import Client

ADDRESS = sys.argv[1]


def faults(rules):
    connection = http.client.HTTPConnection(ADDRESS, timeout=30)
    connection.request("POST", "/_sqs-local/faults", rules)
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status == 200, text
    connection.close()


def cuts(call):
    """Whether the connection ends without an answer."""
    try:
        call(Client(ADDRESS))
        return False
    except (http.client.RemoteDisconnected, ConnectionResetError):
        return True


def bodies():
    """All that is in the queue; it is empty then."""
    client, seen = Client(ADDRESS), []
    while True:
        answer = client.receive()
        if not answer.bodies:
            return seen
        seen += answer.bodies
        client.ask(Action="DeleteMessage", ReceiptHandle=answer.handles[0])


def seconds(call):
    began = time.monotonic()
    call()
    return time.monotonic() - began


client = Client(ADDRESS)

faults("SendMessage error=InternalError count=1")
answer = client.send("refused")
assert (answer.status, answer.code) == (500, "InternalError")
assert client.send("taken").status == 200
assert bodies() == ["taken"]

faults("SendMessage error=Unheard status=418 count=1")
answer = client.send("refused")
assert (answer.status, answer.code) == (418, "Unheard")

faults("Send* throttle count=2")
assert [client.send("x").code for _ in range(3)] == ["RequestThrottled"] * 2 + [None]
assert bodies() == ["x"]

faults("SendMessage cut count=1")
assert cuts(lambda c: c.send("cut"))
assert not cuts(lambda c: c.send("not cut"))
assert bodies() == ["not cut"]

faults("SendMessage lose count=1")
assert cuts(lambda c: c.send("lost reply"))
assert bodies() == ["lost reply"]

faults("SendMessage delay-before=400 count=1")
slow = Client(ADDRESS)
slow.begin(Action="SendMessage", MessageBody="slow")
assert client.receive().bodies == []
answer = client.receive(WaitTimeSeconds=5)
assert answer.bodies == ["slow"]
assert slow.finish().status == 200
client.ask(Action="DeleteMessage", ReceiptHandle=answer.handles[0])

# The effect is there although the answer is not.
faults("SendMessage delay-after=2000 count=1")
slow = Client(ADDRESS)
slow.begin(Action="SendMessage", MessageBody="early")
answer = client.receive(WaitTimeSeconds=5)
assert answer.bodies == ["early"] and slow.is_silent()
assert slow.finish().status == 200
client.ask(Action="DeleteMessage", ReceiptHandle=answer.handles[0])

faults("ReceiveMessage duplicate count=1")
client.send("twice")
first, second = client.receive(), client.receive()
assert first.bodies == second.bodies == ["twice"]
assert client.receive().bodies == []
client.ask(Action="DeleteMessage", ReceiptHandle=second.handles[0])

faults("* throttle queue=other; SendMessage throttle after=1 count=1")
assert [client.send("y").code for _ in range(3)] == [None, "RequestThrottled", None]

faults("")
assert bodies() == ["y", "y"]
