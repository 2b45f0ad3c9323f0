#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""TLS before a server that speaks none.

    tls.py BACKEND CERTIFICATE KEY

Prints its endpoint once it serves. What comes is handed on as it is, and back.
"""
import socket
import socketserver
import ssl
import sys
import threading
import urllib.parse

BACKEND = urllib.parse.urlsplit(sys.argv[1])
CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
CONTEXT.load_cert_chain(sys.argv[2], sys.argv[3])


def hand_on(source, sink):
    try:
        while True:
            data = source.recv(1 << 16)
            if not data:
                break
            sink.sendall(data)
    except OSError:
        pass
    finally:
        try:
            sink.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            client = CONTEXT.wrap_socket(self.request, server_side=True)
        except (ssl.SSLError, OSError):
            return  # it did not like the certificate
        with client, socket.create_connection((BACKEND.hostname, BACKEND.port)) as backend:
            back = threading.Thread(target=hand_on, args=(backend, client))
            back.start()
            hand_on(client, backend)
            back.join()


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128


server = Server(("127.0.0.1", 0), Handler)
print("https://localhost:%d" % server.server_address[1], flush=True)
server.serve_forever()
