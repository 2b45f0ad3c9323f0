# SPDX-License-Identifier: MIT
"""A plain client of the Query protocol for tests: no SDK, no retries, sockets in view."""
import html
import http.client
import re
import socket
import time
import urllib.parse

QUEUE = "/000000000000/jobs"


class Answer:
    def __init__(self, status, text):
        self.status = status
        self.text = text
        self.bodies = [html.unescape(x) for x in re.findall("<Body>(.*?)</Body>", text, re.S)]
        self.handles = re.findall("<ReceiptHandle>(.*?)</ReceiptHandle>", text)
        self.code = (re.findall("<Code>(.*?)</Code>", text) or [None])[0]


class Client:
    """One connection. A request may be begun and its answer awaited later."""

    def __init__(self, address):
        self.connection = http.client.HTTPConnection(address, timeout=30)

    def begin(self, path=QUEUE, **form):
        self.connection.request(
            "POST", path, urllib.parse.urlencode(form),
            {"Content-Type": "application/x-www-form-urlencoded"})

    def finish(self):
        answer = self.connection.getresponse()
        return Answer(answer.status, answer.read().decode())

    def ask(self, path=QUEUE, **form):
        self.begin(path, **form)
        return self.finish()

    def send(self, body, **form):
        return self.ask(Action="SendMessage", MessageBody=body, **form)

    def receive(self, **form):
        return self.ask(Action="ReceiveMessage", **form)

    def is_silent(self):
        """Whether nothing has come on the connection until now."""
        sock = self.connection.sock
        sock.settimeout(0)
        try:
            sock.recv(1, socket.MSG_PEEK)
            return False
        except BlockingIOError:
            return True
        finally:
            sock.settimeout(30)

    def close(self):
        self.connection.close()


def get(address, path):
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def metric(address, name):
    values = re.findall("^%s (\\d+)$" % re.escape(name), get(address, "/_sqs-local/metrics")[1], re.M)
    return int(values[0])


def await_metric(address, name, value, seconds=10):
    until = time.monotonic() + seconds
    while metric(address, name) != value:
        assert time.monotonic() < until, "%s is not %d but %d" % (
            name, value, metric(address, name))
        time.sleep(0.01)
