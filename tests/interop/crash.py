# SPDX-License-Identifier: MIT
"""A load whose answers are noted, and the judgement of what is left after crashes.

    crash.py load ADDRESS:PORT NOTES CLIENTS    until SIGTERM; the server may die and return
    crash.py judge ADDRESS:PORT NOTES           empties the queue and compares

Notes are "sent N" and "deleted N", each after its answer has arrived, and "deleting N"
before it was asked for. Only what was answered is promised; what was cut off may have
happened or not.
"""
import collections
import http.client
import re
import signal
import sys
import threading
import urllib.parse

ended = threading.Event()


class Client:
    def __init__(self, address):
        self.address = address
        self.connection = None

    def ask(self, **form):
        """The answer's text; OSError or HTTPException when there was none."""
        if not self.connection:
            self.connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            self.connection.request(
                "POST", "/000000000000/jobs", urllib.parse.urlencode(form),
                {"Content-Type": "application/x-www-form-urlencoded"})
            answer = self.connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise
        if answer.status != 200:
            raise AssertionError(text)
        return text

    def receive(self, **form):
        text = self.ask(Action="ReceiveMessage", MaxNumberOfMessages=10, **form)
        return list(zip(re.findall("<Body>(.*?)</Body>", text),
                        re.findall("<ReceiptHandle>(.*?)</ReceiptHandle>", text)))


def load(address, notes, clients):
    out = open(notes, "a", buffering=1)

    def sender(number):
        client, count = Client(address), 0
        while not ended.is_set():
            count += 1
            body = "%d/%d" % (number, count)
            try:
                client.ask(Action="SendMessage", MessageBody=body)
                out.write("sent %s\n" % body)
            except (OSError, http.client.HTTPException):
                ended.wait(0.01)

    def taker():
        client = Client(address)
        while not ended.is_set():
            try:
                for body, handle in client.receive(VisibilityTimeout=5):
                    out.write("deleting %s\n" % body)
                    client.ask(Action="DeleteMessage", ReceiptHandle=handle)
                    out.write("deleted %s\n" % body)
            except (OSError, http.client.HTTPException):
                ended.wait(0.01)

    half = int(clients) // 2
    threads = [threading.Thread(target=sender, args=(n,)) for n in range(half)]
    threads += [threading.Thread(target=taker) for _ in range(half)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def judge(address, notes):
    noted = collections.defaultdict(set)
    for line in open(notes):
        kind, body = line.split()
        noted[kind].add(body)
    client, left = Client(address), set()
    while True:
        messages = client.receive(VisibilityTimeout=3600, WaitTimeSeconds=5)
        left.update(body for body, _ in messages)
        if not messages and in_flight(client) == len(left):
            break
    lost = noted["sent"] - noted["deleting"] - left
    back = noted["deleted"] & left
    print("%d sends and %d deletes answered, %d left, %d lost, %d back"
          % (len(noted["sent"]), len(noted["deleted"]), len(left), len(lost), len(back)))
    sys.exit(1 if lost or back else 0)


def in_flight(client):
    """How many messages are in flight, with this judge or with a taker that is gone."""
    text = client.ask(Action="GetQueueAttributes", AttributeName="All")
    values = dict(re.findall("<Name>(.*?)</Name><Value>(.*?)</Value>", text))
    return int(values["ApproximateNumberOfMessagesNotVisible"])


signal.signal(signal.SIGTERM, lambda *_: ended.set())
if sys.argv[1] == "load":
    load(*sys.argv[2:])
else:
    judge(*sys.argv[2:])
