# SPDX-License-Identifier: MIT
"""The steps of boto 2's tutorial, and what came since, in boto3 against an endpoint."""
import sys
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
sqs = boto3.client("sqs", endpoint_url=ENDPOINT)


def refused(code, call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return
    raise AssertionError("not refused: " + code)


# Queues.
url = sqs.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "120"})["QueueUrl"]
attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
assert attributes["VisibilityTimeout"] == "120"
assert attributes["QueueArn"] == "arn:aws:sqs:us-east-1:000000000000:jobs"
sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "60"})
sqs.create_queue(QueueName="other", tags={"team": "blue"})
assert sqs.list_queues(QueueNamePrefix="jo")["QueueUrls"] == [url]
assert sqs.get_queue_url(QueueName="jobs")["QueueUrl"] == url
pages = sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1})
assert sum(len(page["QueueUrls"]) for page in pages) == 2
refused("AWS.SimpleQueueService.NonExistentQueue", sqs.get_queue_url, QueueName="nosuch")
refused("QueueAlreadyExists", sqs.create_queue, QueueName="jobs",
        Attributes={"VisibilityTimeout": "1"})
assert sqs.list_queue_tags(QueueUrl=url.replace("jobs", "other"))["Tags"] == {"team": "blue"}

# Messages. botocore verifies the digests itself.
sent = sqs.send_message(
    QueueUrl=url,
    MessageBody="héllo <&> \r\n\t",
    MessageAttributes={
        "text": {"DataType": "String", "StringValue": "a & b"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    },
)
(got,) = sqs.receive_message(
    QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1,
    AttributeNames=["All"], MessageAttributeNames=["All"])["Messages"]
assert got["Body"] == "héllo <&> \r\n\t" and got["MessageId"] == sent["MessageId"]
assert got["MessageAttributes"]["bytes"]["BinaryValue"] == b"\x00\xff"
assert got["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
(again,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
assert again["MessageId"] == got["MessageId"]
sqs.change_message_visibility(
    QueueUrl=url, ReceiptHandle=again["ReceiptHandle"], VisibilityTimeout=0)
(again,) = sqs.receive_message(QueueUrl=url)["Messages"]
sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
refused("ReceiptHandleIsInvalid", sqs.delete_message, QueueUrl=url, ReceiptHandle="garbage")
refused("InvalidMessageContents", sqs.send_message, QueueUrl=url, MessageBody="\x01")

# Batches.
entries = [{"Id": str(i), "MessageBody": "body %d" % i} for i in range(9)]
entries.append({"Id": "bad", "MessageBody": "\x01"})
answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
assert len(answer["Successful"]) == 9
assert [x["Code"] for x in answer["Failed"]] == ["InvalidMessageContents"]
refused("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", sqs.send_message_batch,
        QueueUrl=url, Entries=[{"Id": "a", "MessageBody": "x"}] * 2)
messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
assert len(messages) == 9
handles = [{"Id": m["MessageId"], "ReceiptHandle": m["ReceiptHandle"]} for m in messages]
assert len(sqs.delete_message_batch(QueueUrl=url, Entries=handles)["Successful"]) == 9

# FIFO.
fifo = sqs.create_queue(QueueName="f.fifo", Attributes={
    "FifoQueue": "true", "ContentBasedDeduplication": "true"})["QueueUrl"]
for body in ("1", "2", "2", "3"):
    sqs.send_message(QueueUrl=fifo, MessageBody=body, MessageGroupId="g")
order = sqs.receive_message(QueueUrl=fifo, MaxNumberOfMessages=10)["Messages"]
assert [m["Body"] for m in order] == ["1", "2", "3"]

# Purging and deleting.
def count():
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])[
        "Attributes"]["ApproximateNumberOfMessages"]


sqs.send_message(QueueUrl=url, MessageBody="one of many")
assert count() == "1"
sqs.purge_queue(QueueUrl=url)
assert count() == "0"
assert "Messages" not in sqs.receive_message(QueueUrl=url)
refused("AWS.SimpleQueueService.PurgeQueueInProgress", sqs.purge_queue, QueueUrl=url)
sqs.delete_queue(QueueUrl=url)
refused("AWS.SimpleQueueService.NonExistentQueue", sqs.send_message,
        QueueUrl=url, MessageBody="x")
refused("AWS.SimpleQueueService.QueueDeletedRecently", sqs.create_queue, QueueName="jobs")

# A wrong secret, an unknown key.
wrong = boto3.client("sqs", endpoint_url=ENDPOINT, aws_secret_access_key="wrong",
                     aws_access_key_id="AKIDINTEROP")
refused("SignatureDoesNotMatch", wrong.list_queues)
nobody = boto3.client("sqs", endpoint_url=ENDPOINT, aws_secret_access_key="x",
                      aws_access_key_id="AKIDNOBODY")
refused("InvalidClientTokenId", nobody.list_queues)

# A presigned request, as long as boto3 speaks the Query protocol.
if sqs.meta.service_model.metadata["protocol"] == "query":
    presigned = sqs.generate_presigned_url("list_queues", HttpMethod="GET")
    assert b"/f.fifo</QueueUrl>" in urllib.request.urlopen(presigned).read()
    try:
        urllib.request.urlopen(presigned.replace("ListQueues", "DeleteQueue"))
        raise AssertionError("a changed request was accepted")
    except urllib.error.HTTPError as error:
        assert error.code == 403 and b"SignatureDoesNotMatch" in error.read()
