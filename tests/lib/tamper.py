#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A service that lies: hands requests on to BACKEND and alters what it answers.

    tamper.py BACKEND RULES

Prints its endpoint once it serves. RULES is a file, read anew for each answer, with a
rule a line: ACTION, a regular expression, and what is put in place of each match, with
tabs between them.
"""
import http.client
import http.server
import re
import sys
import urllib.parse

BACKEND, RULES = urllib.parse.urlsplit(sys.argv[1]), sys.argv[2]


def altered(action, answer):
    with open(RULES, encoding="utf-8") as rules:
        for line in rules.read().splitlines():
            which, pattern, instead = line.split("\t")
            if which == action:
                answer = re.sub(pattern, lambda _: instead, answer, flags=re.S)
    return answer


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        action = urllib.parse.parse_qs(body.decode()).get("Action", [""])[0]
        backend = http.client.HTTPConnection(BACKEND.hostname, BACKEND.port, timeout=60)
        headers = {"Content-Type": self.headers["Content-Type"], "Host": BACKEND.netloc}
        backend.request("POST", self.path, body, headers)
        reply = backend.getresponse()
        answer = altered(action, reply.read().decode()).encode()
        backend.close()
        self.send_response(reply.status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print("http://127.0.0.1:%d" % server.server_port, flush=True)
server.serve_forever()
