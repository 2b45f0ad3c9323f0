# SPDX-License-Identifier: MIT
"""The steps of boto 2's SQS tutorial against the server at ADDRESS:PORT.

What the tutorial waits for by the clock is awaited by a long poll here.
"""
import os
import sys

import boto.sqs.connection
from boto.exception import SQSError
from boto.regioninfo import RegionInfo
from boto.sqs.jsonmessage import JSONMessage
from boto.sqs.message import Message, RawMessage

HOST, PORT = sys.argv[1].rsplit(":", 1)


def connect(secret=None):
    return boto.sqs.connection.SQSConnection(
        aws_secret_access_key=secret or os.environ["AWS_SECRET_ACCESS_KEY"],
        is_secure=False,
        port=int(PORT),
        region=RegionInfo(name="us-east-1", endpoint=HOST),
    )


def refused(call, code):
    try:
        call()
    except SQSError as error:
        assert error.error_code == code, error
        return
    raise AssertionError("not refused: " + code)


conn = connect()

# Creating queues.
q = conn.create_queue("myqueue")
assert q.get_timeout() == 30
other = conn.create_queue("myotherqueue", 120)
assert other.get_timeout() == 120
assert conn.create_queue("myqueue").url == q.url
assert q.set_timeout(60)
assert q.get_timeout() == 60
assert q.get_attributes()["VisibilityTimeout"] == "60"
assert q.set_attribute("DelaySeconds", 0)
refused(lambda: conn.create_queue("not a name"), "InvalidParameterValue")

# Listing and getting them.
yours = conn.create_queue("yourqueue")
assert sorted(x.name for x in conn.get_all_queues()) == ["myotherqueue", "myqueue", "yourqueue"]
assert sorted(x.name for x in conn.get_all_queues(prefix="my")) == ["myotherqueue", "myqueue"]
assert conn.get_queue("myqueue").url == q.url
assert conn.lookup("nosuchqueue") is None

# Writing.
m = Message()
m.set_body("This is my first message.")
assert q.write(m) and m.id
assert q.count() == 1

# Reading: in flight for a minute, then deleted.
rs = q.get_messages(10, visibility_timeout=60)
assert len(rs) == 1
assert rs[0].get_body() == "This is my first message."
assert rs[0].id == m.id
assert q.get_messages() == []
assert q.delete_message(rs[0])

# What is read and not deleted is there again after the timeout.
q.write(q.new_message("comes back"))
first = q.read(visibility_timeout=1)
again = q.read(wait_time_seconds=10, visibility_timeout=60)
assert again.id == first.id and again.get_body() == "comes back"
assert again.receipt_handle != first.receipt_handle
again.change_visibility(0)
assert q.read(visibility_timeout=60).id == first.id
again.delete()

# Message attributes, batches.
m = Message()
m.set_body("with attributes")
m.message_attributes = {
    "name": {"data_type": "String", "string_value": "a & b < c"},
    "size": {"data_type": "Number", "string_value": "42"},
}
q.write(m)
(m,) = q.get_messages(1, attributes="All", message_attributes=["name", "size"])
assert m.message_attributes["name"]["string_value"] == "a & b < c"
assert m.attributes["ApproximateReceiveCount"] == "1"
assert m.delete()
batch = q.write_batch([(str(i), "body %d" % i, 0) for i in range(10)])
assert len(batch.results) == 10 and not batch.errors
messages = q.get_messages(10)
assert sorted(x.get_body() for x in messages) == sorted("body %d" % i for i in range(10))
assert not q.change_message_visibility_batch([(x, 30) for x in messages]).errors
assert len(q.delete_message_batch(messages).results) == 10
assert q.count() == 0

# Other classes of messages.
other.set_message_class(RawMessage)
other.write(other.new_message("as it is"))
assert other.read().get_body() == "as it is"
yours.set_message_class(JSONMessage)
yours.write(yours.new_message({"a": [1, 2]}))
assert yours.read(visibility_timeout=0).get_body() == {"a": [1, 2]}

# Permissions.
assert q.add_permission("label", "123456789012", "SendMessage")
assert "SendMessage" in q.get_attributes("Policy")["Policy"]
assert q.remove_permission("label")

# Clearing and deleting.
q.write(q.new_message("one of many"))
assert q.count() == 1
q.clear()
assert q.count() == 0
for each in (q, other, yours):
    assert conn.delete_queue(each)
assert conn.get_queue("myqueue") is None
assert conn.get_all_queues() == []

# A wrong secret.
refused(lambda: connect("wrong").create_queue("refused"), "SignatureDoesNotMatch")
