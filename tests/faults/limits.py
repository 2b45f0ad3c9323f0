# SPDX-License-Identifier: MIT
"""What is too large or not HTTP gets the right answer, and harms nobody else."""
import http.client
import socket
import sys

from client import Client, get, metric

ADDRESS, SERVER = sys.argv[1:]
HOST, PORT = ADDRESS.rsplit(":", 1)
MIB = 1 << 20
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage"}


def post(body, headers, chunked=False):
    connection = http.client.HTTPConnection(ADDRESS, timeout=30)
    connection.request("POST", "/000000000000/jobs", body, headers, encode_chunked=chunked)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def raw(text):
    """The status that these bytes get; None where the connection is closed at once."""
    with socket.create_connection((HOST, int(PORT)), timeout=30) as sock:
        sock.sendall(text)
        line = sock.recv(64)
        return int(line.split()[1]) if line else None


def memory():
    for line in open("/proc/%s/status" % SERVER):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024


# A message of the largest size there is, each of its bytes escaped.
largest = b"Action=SendMessage&MessageBody=" + b"%3C" * MIB
assert post(largest, FORM)[0] == 200
client = Client(ADDRESS)
assert client.receive().bodies == ["<" * MIB]

status, text = post(b"x" * (5 * MIB + 1), FORM)
assert status == 413 and "<Code>RequestEntityTooLarge</Code>" in text
status, text = post(b"x" * (5 * MIB + 1), JSON)
assert status == 413 and "RequestEntityTooLarge" in text
assert post(b"Action=ListQueues&x=" + b"x" * (5 * MIB - 20), FORM)[0] == 400  # on a queue's URL
chunks = (b"y" * MIB for _ in range(6))
assert post(chunks, dict(FORM, **{"Transfer-Encoding": "chunked"}), chunked=True)[0] == 413

# What waits for "100 Continue" is refused before it is sent.
begin = b"POST / HTTP/1.1\r\nHost: x\r\n"
assert raw(begin + b"Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n") == 413
assert raw(begin + b"Content-Length: 999999999999\r\n\r\n") == 413

assert raw(b"GET / HTTP/1.1\r\nHost: x\r\nLong: " + b"x" * 40000 + b"\r\n\r\n") == 431
assert raw(b"GET /" + b"x" * 40000 + b" HTTP/1.1\r\nHost: x\r\n\r\n") == 414
assert raw(begin + b"Content-Length: -1\r\n\r\n") == 400
assert raw(begin + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n") == 400
assert raw(b"nonsense\r\n\r\n") in (None, 400)
assert raw(b"PUT / HTTP/1.1\r\nHost: localhost\r\n\r\n") == 405

# A backlog is on the disk and not in memory.
before = memory()
for _ in range(100):
    assert client.send("b" * MIB, path="/000000000000/backlog").status == 200
for _ in range(10):
    assert client.receive(path="/000000000000/backlog").bodies == ["b" * MIB]
assert memory() - before < 40 * MIB, (memory() - before) // MIB

# Looking at it takes as much as fits in an answer.
before = memory()
status, text = get(ADDRESS, "/_sqs-local/messages?QueueName=backlog&limit=1000")
assert status == 200 and len(text) < 20 * MIB, len(text)
assert text.splitlines()[-1].startswith('{"next":'), text[-50:]
assert memory() - before < 40 * MIB, (memory() - before) // MIB

# Bodies that stop in the middle cost what has come of them, and nobody else waits.
before = memory()
halves = []
for _ in range(30):
    half = socket.create_connection((HOST, int(PORT)), timeout=30)
    half.sendall(begin + b"Content-Length: 4000000\r\n\r\n" + b"x" * 3000000)
    halves.append(half)
assert client.receive().status == 200
assert metric(ADDRESS, "sqs_local_connections") >= 30
assert memory() - before < 200 * MIB
for half in halves:
    half.close()
assert client.receive().status == 200
