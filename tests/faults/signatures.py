# SPDX-License-Identifier: MIT
"""What a signed server says to good and to bad signatures, in both protocols.

The signer is written from AWS's description and signs what it is told to, right or wrong.
"""
import datetime
import hashlib
import hmac
import sys
import urllib.parse

from protocols import Json, Query, Refused
from refusals import check

ADDRESS, KEY, SECRET, TOKEN = sys.argv[1:]


def stamp(seconds=0):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return now.strftime("%Y%m%dT%H%M%SZ")


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Signer:
    """One request's; each attribute may be set wrong before it signs."""

    def __init__(self, **wrong):
        self.key, self.secret, self.token = KEY, SECRET, TOKEN
        self.region, self.service, self.stamp, self.expires = "us-east-1", "sqs", stamp(), 60
        for name, value in wrong.items():
            setattr(self, name, value)

    def scope(self):
        return "%s/%s/%s/aws4_request" % (self.stamp[:8], self.region, self.service)

    def signature(self, method, query, headers, body):
        names = sorted(headers)
        canonical = "\n".join(
            [method, "/", query] + ["%s:%s" % (name, headers[name]) for name in names]
            + ["", ";".join(names), sha256(body)])
        to_sign = "\n".join(["AWS4-HMAC-SHA256", self.stamp, self.scope(), sha256(canonical)])
        key = ("AWS4" + self.secret).encode()
        for part in self.scope().split("/"):
            key = mac(key, part)
        return mac(key, to_sign).hex()

    def header_form(self, method, body, headers):
        """The headers to send."""
        signed = {name.lower(): value for name, value in headers.items()}
        signed.update({"host": ADDRESS, "x-amz-date": self.stamp})
        if self.token:
            signed["x-amz-security-token"] = self.token
        authorization = (
            "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"
            % (self.key, self.scope(), ";".join(sorted(signed)),
               self.signature(method, "", signed, body)))
        return dict(signed, Authorization=authorization)

    def presigned(self, form):
        """The path to GET, or to POST other things to."""
        form = dict(form, **{
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": "%s/%s" % (self.key, self.scope()),
            "X-Amz-Date": self.stamp, "X-Amz-Expires": str(self.expires),
            "X-Amz-SignedHeaders": "host"})
        if self.token:
            form["X-Amz-Security-Token"] = self.token
        query = urllib.parse.urlencode(sorted(form.items()), quote_via=urllib.parse.quote, safe="")
        return "/?%s&X-Amz-Signature=%s" % (query, self.signature("GET", query, {"host": ADDRESS}, ""))


def post(speaker_class, signer, edit=lambda headers: headers):
    """A ListQueues with its signature in the headers; edited after it was signed."""
    speaker = speaker_class(ADDRESS)
    body, headers = speaker.write("ListQueues", {"QueueNamePrefix": "none"})
    headers = edit(signer.header_form("POST", body, headers))
    return speaker, speaker.exchange("POST", "/", body, headers)


def get(signer, edit=lambda path: path):
    """A presigned ListQueues; edited after it was signed."""
    speaker = Query(ADDRESS)
    path = signer.presigned({"Action": "ListQueues", "Version": "2012-11-05",
                             "QueueNamePrefix": "no ne+/~é"})
    return speaker, speaker.exchange("GET", edit(path), None, {})


def judge(code, words, speaker, answer):
    if code is None:
        assert speaker.read("ListQueues", *answer) == {}, answer
        return
    try:
        speaker.read("ListQueues", *answer)
    except Refused as refused:
        return check(speaker, refused, code, words)
    raise AssertionError("accepted, not refused with " + code)


def without(name):
    return lambda headers: {n: v for n, v in headers.items() if n != name}


def instead(old, new):
    return lambda headers: dict(headers, Authorization=headers["Authorization"].replace(old, new))


# (code or None, part of the text, what the signer has wrong, what is edited afterwards)
HEADERS = [
    (None, "", {}, None),
    (None, "", {"stamp": stamp(-14 * 60)}, None),
    (None, "", {"stamp": stamp(14 * 60)}, None),
    ("SignatureDoesNotMatch", "", {"secret": "wrong"}, None),
    ("SignatureDoesNotMatch", "region", {"region": "eu-west-1"}, None),
    ("SignatureDoesNotMatch", "service", {"service": "sns"}, None),
    ("SignatureDoesNotMatch", "Signature expired: ", {"stamp": stamp(-16 * 60)}, None),
    ("SignatureDoesNotMatch", "Signature not yet current: ", {"stamp": stamp(16 * 60)}, None),
    ("SignatureDoesNotMatch", "", {}, lambda headers: dict(headers, host="localhost")),
    ("InvalidClientTokenId", "", {"key": "AKIDNOBODY"}, None),
    ("InvalidClientTokenId", "", {"token": "another"}, None),
    ("InvalidClientTokenId", "", {"token": ""}, None),
    ("MissingAuthenticationToken", "", {}, without("Authorization")),
    ("IncompleteSignature", "'Signature'", {}, instead(" Signature=", " Nonsense=")),
    ("IncompleteSignature", "'SignedHeaders'", {}, instead(" SignedHeaders=", " Nonsense=")),
    ("IncompleteSignature", "algorithm", {}, instead("AWS4-HMAC-SHA256", "AWS3-HMAC")),
    ("IncompleteSignature", "X-Amz-Date", {}, without("x-amz-date")),
    ("IncompleteSignature", "five parts", {}, instead("/aws4_request", "")),
]

QUERIES = [
    (None, "", {}, None),
    (None, "", {"stamp": stamp(-3600), "expires": 7200}, None),
    ("RequestExpired", "", {"stamp": stamp(-3600), "expires": 60}, None),
    ("IncompleteSignature", "a week", {"expires": 7 * 86400 + 1}, None),
    ("SignatureDoesNotMatch", "", {"secret": "wrong"}, None),
    ("SignatureDoesNotMatch", "", {}, ("ListQueues", "DeleteQueue")),
    ("SignatureDoesNotMatch", "", {}, ("X-Amz-Expires=60", "X-Amz-Expires=61")),
    ("InvalidClientTokenId", "", {"key": "AKIDNOBODY"}, None),
    ("InvalidClientTokenId", "", {"token": ""}, None),
]

for code, words, wrong, edit in HEADERS:
    for speaker_class in (Query, Json):
        judge(code, words, *post(speaker_class, Signer(**wrong), edit or (lambda headers: headers)))
for code, words, wrong, edit in QUERIES:
    judge(code, words, *get(Signer(**wrong), lambda path: path.replace(*(edit or ("", "")))))

# What is posted to a presigned URL is not what was signed.
speaker = Query(ADDRESS)
path = Signer().presigned({"Action": "ListQueues"})
judge("SignatureDoesNotMatch", "", speaker,
      speaker.exchange("POST", path, "Action=CreateQueue&QueueName=stolen", {}))
