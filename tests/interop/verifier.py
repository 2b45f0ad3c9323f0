#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A server that verifies AWS signatures with botocore's own code and hands on what holds.

    verifier.py BACKEND ACCESS_KEY SECRET

Prints its endpoint once it serves. A request whose signature botocore computes
otherwise is answered as SQS does: 403, SignatureDoesNotMatch. None of the code
that judges is this project's: what it accepts, an SDK would have sent.
"""
import datetime
import http.client
import http.server
import re
import sys
import urllib.parse

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

BACKEND, ACCESS_KEY, SECRET = sys.argv[1:]
BACKEND = urllib.parse.urlsplit(BACKEND)

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$"
)

FAULT = (
    '<?xml version="1.0"?><ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">'
    "<Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message><Detail/></Error>"
    "<RequestId>verifier</RequestId></ErrorResponse>"
)


def why_not(handler, body):
    """The code of a refusal, or None: the signature holds."""
    match = AUTHORIZATION.match(handler.headers.get("Authorization", ""))
    if not match:
        return "MissingAuthenticationToken"
    key, date, region, service, signed, signature = match.groups()
    stamp = handler.headers.get("X-Amz-Date", "")
    if key != ACCESS_KEY:
        return "InvalidClientTokenId"
    if service != "sqs" or not stamp.startswith(date):
        return "SignatureDoesNotMatch"
    then = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ")
    if abs((datetime.datetime.utcnow() - then).total_seconds()) > 900:
        return "RequestExpired"
    request = AWSRequest("POST", "http://" + handler.headers["Host"] + handler.path, data=body)
    for name in signed.split(";"):
        request.headers[name] = handler.headers[name]
    request.context["timestamp"] = stamp
    auth = SigV4Auth(Credentials(ACCESS_KEY, SECRET), service, region)
    canonical = auth.canonical_request(request)
    expected = auth.signature(auth.string_to_sign(request, canonical), request)
    return None if expected == signature else "SignatureDoesNotMatch"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        code = why_not(self, body)
        if code:
            status, answer = 403, (FAULT % (code, "refused by the verifier")).encode()
        else:
            status, answer = self.hand_on(body)
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def hand_on(self, body):
        backend = http.client.HTTPConnection(BACKEND.hostname, BACKEND.port)
        backend.request("POST", self.path, body, {"Content-Type": self.headers["Content-Type"]})
        reply = backend.getresponse()
        return reply.status, reply.read()

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print("http://127.0.0.1:%d" % server.server_port, flush=True)
server.serve_forever()
