# SPDX-License-Identifier: MIT
"""It ends although one does not read its answer and another goes on asking what is delayed."""
import os
import signal
import socket
import sys
import threading

from client import Client

ADDRESS, SERVER = sys.argv[1:]
HOST, PORT = ADDRESS.rsplit(":", 1)

client = Client(ADDRESS)
for _ in range(10):
    assert client.send("x" * 1000000).status == 200

deaf = socket.socket()
deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
deaf.connect((HOST, int(PORT)))
receive = b"Action=ReceiveMessage&MaxNumberOfMessages=10"
deaf.sendall(b"POST /000000000000/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
             % (len(receive), receive))

REQUEST = b"GET /?Action=GetQueueUrl&QueueName=jobs HTTP/1.1\r\nHost: localhost\r\n\r\n"


def drain(sock):
    try:
        while sock.recv(65536):
            pass
    except ConnectionError:
        pass


def ask(sock):
    """One request behind the other, without waiting for answers."""
    try:
        while True:
            sock.sendall(REQUEST)
    except OSError:
        pass  # it has ended


threads = []
for _ in range(10):
    sock = socket.create_connection((HOST, int(PORT)))
    threads.append(threading.Thread(target=ask, args=(sock,)))
    threads[-1].start()
    assert sock.recv(65536).startswith(b"HTTP/1.1 200 ")
    threads.append(threading.Thread(target=drain, args=(sock,)))
    threads[-1].start()
os.kill(int(SERVER), signal.SIGTERM)
for thread in threads:
    thread.join()
