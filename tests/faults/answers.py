# SPDX-License-Identifier: MIT
"""Each of the 23 actions, asked in one protocol; its effect and its answer."""
import hashlib
import sys

from protocols import Json, Query, Refused, endpoint

ADDRESS = sys.argv[1]
ARN = "arn:aws:sqs:us-east-1:000000000000:"
URL = endpoint(ADDRESS) + "/000000000000/"

ACTIONS = """
AddPermission CancelMessageMoveTask ChangeMessageVisibility ChangeMessageVisibilityBatch
CreateQueue DeleteMessage DeleteMessageBatch DeleteQueue GetQueueAttributes GetQueueUrl
ListDeadLetterSourceQueues ListMessageMoveTasks ListQueues ListQueueTags PurgeQueue
ReceiveMessage RemovePermission SendMessage SendMessageBatch SetQueueAttributes
StartMessageMoveTask TagQueue UntagQueue
""".split()


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


class Walk:
    """A speaker, and queues of its own for it: no walk disturbs another's."""

    def __init__(self, speaker, prefix):
        self.speaker, self.prefix, self.ask = speaker, prefix, speaker.ask
        self.jobs, self.dead = URL + prefix + "jobs", URL + prefix + "dead"

    def attribute(self, name, url=None):
        found = self.ask("GetQueueAttributes", QueueUrl=url or self.jobs, AttributeNames=[name])
        return found.get("Attributes", {}).get(name)

    def receive(self, url=None, **more):
        return self.ask("ReceiveMessage", QueueUrl=url or self.jobs, **more).get("Messages", [])

    def take(self, count):
        """Receives that many; [(body, handle)]"""
        messages = self.receive(MaxNumberOfMessages=10)
        assert len(messages) == count, messages
        return [(m["Body"], m["ReceiptHandle"]) for m in messages]


def queues(walk):
    ask, prefix = walk.ask, walk.prefix
    made = ask("CreateQueue", QueueName=prefix + "jobs",
               Attributes={"VisibilityTimeout": "120", "DelaySeconds": "0"}, tags={"team": "blue"})
    assert made == {"QueueUrl": walk.jobs}, made
    assert ask("CreateQueue", QueueName=prefix + "dead") == {"QueueUrl": walk.dead}
    assert ask("GetQueueUrl", QueueName=prefix + "jobs") == {"QueueUrl": walk.jobs}
    assert ask("ListQueues", QueueNamePrefix=prefix) == {"QueueUrls": [walk.dead, walk.jobs]}
    assert ask("ListQueues", QueueNamePrefix="nosuch") == {}
    first = ask("ListQueues", QueueNamePrefix=prefix, MaxResults=1)
    second = ask("ListQueues", QueueNamePrefix=prefix, MaxResults=1, NextToken=first["NextToken"])
    assert first["QueueUrls"] + second["QueueUrls"] == [walk.dead, walk.jobs]


def attributes(walk):
    ask = walk.ask
    assert ask("GetQueueAttributes", QueueUrl=walk.jobs) == {}
    seen = ask("GetQueueAttributes", QueueUrl=walk.jobs, AttributeNames=["All"])["Attributes"]
    assert len(seen) == 12, seen
    assert seen["VisibilityTimeout"] == "120" and seen["QueueArn"] == ARN + walk.prefix + "jobs"
    assert ask("SetQueueAttributes", QueueUrl=walk.jobs,
               Attributes={"VisibilityTimeout": "60"}) == {}
    assert walk.attribute("VisibilityTimeout") == "60"

    assert ask("ListQueueTags", QueueUrl=walk.jobs) == {"Tags": {"team": "blue"}}
    assert ask("TagQueue", QueueUrl=walk.jobs, Tags={"team": "red", "size": "é"}) == {}
    assert ask("ListQueueTags", QueueUrl=walk.jobs) == {"Tags": {"team": "red", "size": "é"}}
    assert ask("UntagQueue", QueueUrl=walk.jobs, TagKeys=["team", "size"]) == {}
    assert ask("ListQueueTags", QueueUrl=walk.jobs) == {}

    assert ask("AddPermission", QueueUrl=walk.jobs, Label="both",
               AWSAccountIds=["111111111111", "222222222222"],
               Actions=["SendMessage", "ReceiveMessage"]) == {}
    policy = walk.attribute("Policy")
    assert "222222222222" in policy and "SQS:ReceiveMessage" in policy, policy
    assert ask("RemovePermission", QueueUrl=walk.jobs, Label="both") == {}
    assert walk.attribute("Policy") is None


BODY = 'a <&> "é" \t\r\n]]> \U0001f642'


def messages(walk):
    ask = walk.ask
    sent = ask("SendMessage", QueueUrl=walk.jobs, MessageBody=BODY, DelaySeconds=0,
               MessageAttributes={
                   "text": {"DataType": "String", "StringValue": "a & b\r\n"},
                   "bytes": {"DataType": "Binary.png", "BinaryValue": "AP8="}},
               MessageSystemAttributes={
                   "AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}})
    assert sorted(sent) == ["MD5OfMessageAttributes", "MD5OfMessageBody",
                            "MD5OfMessageSystemAttributes", "MessageId"], sent
    assert sent["MD5OfMessageBody"] == md5(BODY)
    (got,) = walk.receive(AttributeNames=["All"], MessageAttributeNames=["All"])
    assert got["MessageId"] == sent["MessageId"] and got["Body"] == BODY, got
    assert got["MD5OfBody"] == md5(BODY)
    assert got["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert got["MessageAttributes"] == {
        "text": {"DataType": "String", "StringValue": "a & b\r\n"},
        "bytes": {"DataType": "Binary.png", "BinaryValue": "AP8="}}, got
    assert got["Attributes"]["AWSTraceHeader"] == "Root=1"
    assert got["Attributes"]["ApproximateReceiveCount"] == "1"
    assert walk.receive() == []
    handle = got["ReceiptHandle"]
    assert ask("ChangeMessageVisibility", QueueUrl=walk.jobs, ReceiptHandle=handle,
               VisibilityTimeout=0) == {}
    (again,) = walk.receive()
    assert sorted(again) == ["Body", "MD5OfBody", "MessageId", "ReceiptHandle"], again
    assert ask("DeleteMessage", QueueUrl=walk.jobs, ReceiptHandle=again["ReceiptHandle"]) == {}
    assert walk.attribute("ApproximateNumberOfMessagesNotVisible") == "0"


def batches(walk):
    ask = walk.ask
    entries = [{"Id": "id-%d" % i, "MessageBody": "body %d" % i} for i in range(3)]
    entries[1]["MessageAttributes"] = {"n": {"DataType": "Number", "StringValue": "1"}}
    entries.append({"Id": "bad", "MessageBody": "x", "DelaySeconds": 901})
    answer = ask("SendMessageBatch", QueueUrl=walk.jobs, Entries=entries)
    assert [x["Id"] for x in answer["Successful"]] == ["id-0", "id-1", "id-2"], answer
    assert answer["Successful"][2]["MD5OfMessageBody"] == md5("body 2")
    assert "MD5OfMessageAttributes" in answer["Successful"][1]
    (failed,) = answer["Failed"]
    assert (failed["Id"], failed["Code"], failed["SenderFault"]) == (
        "bad", "InvalidParameterValue", "true"), failed
    held = walk.take(3)
    for action, more in (("ChangeMessageVisibilityBatch", {"VisibilityTimeout": 0}),
                         ("DeleteMessageBatch", {})):
        asked = [dict(Id=str(i), ReceiptHandle=h, **more) for i, (_, h) in enumerate(held)]
        asked.append(dict(Id="bad", ReceiptHandle="garbage", **more))
        answer = ask(action, QueueUrl=walk.jobs, Entries=asked)
        assert answer["Successful"] == [{"Id": str(i)} for i in range(3)], answer
        assert [(x["Id"], x["Code"]) for x in answer["Failed"]] == [
            ("bad", "ReceiptHandleIsInvalid")], answer
        if action == "ChangeMessageVisibilityBatch":
            held = walk.take(3)
    assert walk.attribute("ApproximateNumberOfMessagesNotVisible") == "0"


def dead_letters(walk):
    ask, dead_arn = walk.ask, ARN + walk.prefix + "dead"
    ask("SetQueueAttributes", QueueUrl=walk.jobs, Attributes={
        "RedrivePolicy": '{"deadLetterTargetArn":"%s","maxReceiveCount":1}' % dead_arn})
    sources = ask("ListDeadLetterSourceQueues", QueueUrl=walk.dead)
    assert sources == {"queueUrls": [walk.jobs]}, sources
    assert ask("ListDeadLetterSourceQueues", QueueUrl=walk.jobs) == {}
    for body in ("one", "two"):
        ask("SendMessage", QueueUrl=walk.jobs, MessageBody=body)
    assert len(walk.receive(MaxNumberOfMessages=10, VisibilityTimeout=0)) == 2
    assert walk.receive() == []
    assert ask("ListMessageMoveTasks", SourceArn=dead_arn) == {}
    # The first moves at once, the second after a second: time to look and to cancel.
    handle = ask("StartMessageMoveTask", SourceArn=dead_arn, DestinationArn=ARN + walk.prefix + "jobs",
                 MaxNumberOfMessagesPerSecond=1)["TaskHandle"]
    (task,) = ask("ListMessageMoveTasks", SourceArn=dead_arn, MaxResults=10)["Results"]
    assert task["TaskHandle"] == handle and task["Status"] == "RUNNING", task
    assert task["SourceArn"] == dead_arn and task["MaxNumberOfMessagesPerSecond"] == "1"
    assert task["DestinationArn"] == ARN + walk.prefix + "jobs"
    assert task["ApproximateNumberOfMessagesToMove"] == "2" and task["StartedTimestamp"]
    moved = ask("CancelMessageMoveTask", TaskHandle=handle)
    assert list(moved) == ["ApproximateNumberOfMessagesMoved"], moved
    (task,) = ask("ListMessageMoveTasks", SourceArn=dead_arn)["Results"]
    assert task["Status"] == "CANCELLED" and "TaskHandle" not in task, task
    assert task["ApproximateNumberOfMessagesMoved"] == moved["ApproximateNumberOfMessagesMoved"]


def fifo(walk):
    ask, url = walk.ask, URL + walk.prefix + "f.fifo"
    ask("CreateQueue", QueueName=walk.prefix + "f.fifo", Attributes={"FifoQueue": "true"})
    sent = [ask("SendMessage", QueueUrl=url, MessageBody=str(i), MessageGroupId="g",
                MessageDeduplicationId=str(i)) for i in (1, 2, 1)]
    assert sent[0] == sent[2] and len(sent[0]["SequenceNumber"]) == 20, sent
    taken = [walk.receive(url, MaxNumberOfMessages=10, AttributeNames=["All"],
                          ReceiveRequestAttemptId="again") for _ in range(2)]
    assert [m["Body"] for m in taken[0]] == ["1", "2"], taken
    assert [m["ReceiptHandle"] for m in taken[0]] == [m["ReceiptHandle"] for m in taken[1]]
    seen = taken[0][0]["Attributes"]
    assert seen["MessageGroupId"] == "g" and seen["MessageDeduplicationId"] == "1", seen
    assert seen["SequenceNumber"] == sent[0]["SequenceNumber"]
    ask("DeleteQueue", QueueUrl=url)


def endings(walk):
    ask = walk.ask
    ask("SendMessage", QueueUrl=walk.jobs, MessageBody="one of many")
    assert ask("PurgeQueue", QueueUrl=walk.jobs) == {}
    assert walk.attribute("ApproximateNumberOfMessages") == "0"
    for url in (walk.jobs, walk.dead):
        assert ask("DeleteQueue", QueueUrl=url) == {}
    assert ask("ListQueues", QueueNamePrefix=walk.prefix) == {}
    try:
        walk.receive()
    except Refused as refused:
        assert refused.code == "AWS.SimpleQueueService.NonExistentQueue"
    else:
        raise AssertionError("the queue is still there")


def routes(walk):
    """The same question by every way that a request may take."""
    path, form = "/000000000000/jobs", "application/x-www-form-urlencoded"
    target = {"Content-Type": "application/x-amz-json-1.0",
              "X-Amz-Target": "AmazonSQS.GetQueueAttributes"}
    question = "Action=GetQueueAttributes&AttributeName=DelaySeconds"
    walk.ask("CreateQueue", QueueName="jobs", Attributes={"DelaySeconds": "7"})
    for method, where, body, headers, expected in (
            ("GET", path + "?" + question, None, {}, "<Value>7</Value>"),
            ("GET", "/?" + question + "&QueueUrl=jobs", None, {}, "<Value>7</Value>"),
            ("POST", path, question, {"Content-Type": form}, "<Value>7</Value>"),
            ("POST", path, question, {"Content-Type": "text/plain"}, "<Value>7</Value>"),
            ("POST", path, question, {}, "<Value>7</Value>"),
            ("POST", path + "?Action=GetQueueAttributes", "AttributeName.1=All",
             {"Content-Type": form}, "<Value>7</Value>"),
            ("POST", path, '{"AttributeNames":["DelaySeconds"]}', target, '"7"'),
            ("POST", "/", '{"QueueUrl":"jobs","AttributeNames":["DelaySeconds"],"New":1}',
             target, '"7"')):
        status, _, text = walk.speaker.exchange(method, where, body, headers)
        assert status == 200 and expected in text, (method, where, body, headers, text)
    # boto 2 gives no number to what it sends only one of.
    status, _, text = walk.speaker.exchange(
        "GET", path + "?Action=SetQueueAttributes&Attribute.Name=DelaySeconds&Attribute.Value=8",
        None, {})
    assert status == 200 and walk.attribute("DelaySeconds", URL + "jobs") == "8", text
    walk.ask("DeleteQueue", QueueUrl="jobs")


for speaker_class in (Query, Json):
    speaker = speaker_class(ADDRESS)
    walk = Walk(speaker, speaker_class.__name__.lower() + "-")
    for step in (queues, attributes, messages, batches, dead_letters, fifo, endings):
        step(walk)
    assert sorted(speaker.asked) == sorted(ACTIONS), set(ACTIONS) - speaker.asked
routes(Walk(Query(ADDRESS), ""))
