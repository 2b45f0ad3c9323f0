# SPDX-License-Identifier: MIT
"""Both protocols of SQS behind one face, with the parameters and results of AWS JSON 1.0.

The bytes are made and read here and nowhere else: neither an SDK nor this project's
own client has a part in it. Numbers and truths of a result are texts, as Query has them.
"""
import http.client
import json
import re
import socket
import urllib.parse
import xml.etree.ElementTree

NAMESPACE = "{http://queue.amazonaws.com/doc/2012-11-05/}"
REQUEST_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")

VOID = {
    "AddPermission", "ChangeMessageVisibility", "DeleteMessage", "DeleteQueue", "PurgeQueue",
    "RemovePermission", "SetQueueAttributes", "TagQueue", "UntagQueue",
}

# Lists are flattened in Query: Name.1, Name.2, ...
REQUEST_LISTS = {
    "AttributeNames": "AttributeName", "MessageAttributeNames": "MessageAttributeName",
    "AWSAccountIds": "AWSAccountId", "Actions": "ActionName", "TagKeys": "TagKey",
}
REQUEST_MAPS = {
    "Attributes": ("Attribute", "Name"), "MessageAttributes": ("MessageAttribute", "Name"),
    "MessageSystemAttributes": ("MessageSystemAttribute", "Name"),
    "tags": ("Tag", "Key"), "Tags": ("Tag", "Key"),
}
REPLY_LISTS = {
    "ListQueues/QueueUrl": "QueueUrls", "ListDeadLetterSourceQueues/QueueUrl": "queueUrls",
    "Message": "Messages", "BatchResultErrorEntry": "Failed",
    "ListMessageMoveTasksResultEntry": "Results",
    "SendMessageBatchResultEntry": "Successful", "DeleteMessageBatchResultEntry": "Successful",
    "ChangeMessageVisibilityBatchResultEntry": "Successful",
}
REPLY_MAPS = {
    "Attribute": ("Attributes", "Name"), "MessageAttribute": ("MessageAttributes", "Name"),
    "Tag": ("Tags", "Key"),
}


class Refused(Exception):
    def __init__(self, status, code, name, message, sender):
        super().__init__("%d %s %s: %s" % (status, code, name, message))
        self.status, self.code, self.name = status, code, name
        self.message, self.sender = message, sender


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def connect(address):
    """To ADDRESS:PORT, or to the path of a Unix socket."""
    if "/" in address:
        return UnixConnection(address)
    return http.client.HTTPConnection(address, timeout=60)


def endpoint(address):
    return "http://localhost" if "/" in address else "http://" + address


class Speaker:
    def __init__(self, address):
        self.connection = connect(address)
        self.asked = set()

    def exchange(self, method, path, body, headers):
        """(status, headers, text)"""
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        assert REQUEST_ID.match(answer.headers.get("x-amzn-RequestId", "")), answer.headers
        return answer.status, answer.headers, text

    def ask(self, action, **parameters):
        self.asked.add(action)
        return self.read(action, *self.exchange("POST", "/", *self.write(action, parameters)))


class Query(Speaker):
    def write(self, action, parameters):
        fields = [("Action", action), ("Version", "2012-11-05")]
        flatten(fields, "", action, parameters)
        return urllib.parse.urlencode(fields), {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}

    def read(self, action, status, headers, text):
        assert headers["Content-Type"] == "text/xml", headers
        if status != 200:
            raise read_query_fault(status, headers, text)
        root = xml.etree.ElementTree.fromstring(text)
        assert root.tag == NAMESPACE + action + "Response", root.tag
        parts = {part.tag.replace(NAMESPACE, ""): part for part in root}
        request_id = parts.pop("ResponseMetadata").findtext(NAMESPACE + "RequestId")
        assert request_id == headers["x-amzn-RequestId"]
        assert list(parts) == ([] if action in VOID else [action + "Result"]), parts
        return unflatten(parts[action + "Result"], action) if parts else {}


class Json(Speaker):
    def write(self, action, parameters):
        return json.dumps(parameters), {
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS." + action}

    def read(self, action, status, headers, text):
        assert headers["Content-Type"] == "application/x-amz-json-1.0", headers
        if status != 200:
            raise read_json_fault(status, headers, text)
        if action in VOID:
            assert text in ("", "{}"), text
            return {}
        result = as_texts(json.loads(text))
        assert not has_empty_lists(result), text
        return result


def flatten(fields, prefix, action, value):
    for name, part in value.items():
        if name in REQUEST_MAPS and isinstance(part, dict):
            flatten_map(fields, prefix, name, part)
        elif name == "Entries":
            for i, entry in enumerate(part, 1):
                flatten(fields, "%s%sRequestEntry.%d." % (prefix, action, i), action, entry)
        elif name in REQUEST_LISTS:
            for i, item in enumerate(part, 1):
                fields.append(("%s%s.%d" % (prefix, REQUEST_LISTS[name], i), item))
        else:
            fields.append((prefix + name, part))


def flatten_map(fields, prefix, name, value):
    element, key_name = REQUEST_MAPS[name]
    for i, (key, item) in enumerate(value.items(), 1):
        start = "%s%s.%d." % (prefix, element, i)
        fields.append((start + key_name, key))
        if isinstance(item, dict):
            fields += [(start + "Value." + member, text) for member, text in item.items()]
        else:
            fields.append((start + "Value", item))


def unflatten(element, action):
    result = {}
    for child in element:
        tag = child.tag.replace(NAMESPACE, "")
        name = REPLY_LISTS.get(tag) or REPLY_LISTS.get(action + "/" + tag)
        if name:
            item = unflatten(child, action) if len(child) else child.text or ""
            result.setdefault(name, []).append(item)
        elif tag in REPLY_MAPS:
            name, key = REPLY_MAPS[tag]
            value = child.find(NAMESPACE + "Value")
            result.setdefault(name, {})[child.findtext(NAMESPACE + key)] = (
                unflatten(value, action) if len(value) else value.text or "")
        else:
            result[tag] = child.text or ""
    return result


def as_texts(value):
    if isinstance(value, dict):
        return {name: as_texts(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_texts(part) for part in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    assert isinstance(value, (str, int)), value
    return str(value)


def has_empty_lists(value):
    if isinstance(value, str):
        return False
    parts = list(value.values() if isinstance(value, dict) else value)
    return any(part in ([], {}) or has_empty_lists(part) for part in parts)


def read_query_fault(status, headers, text):
    if text.strip() == "<UnknownOperationException/>":
        return Refused(status, "UnknownOperationException", None, "", True)
    root = xml.etree.ElementTree.fromstring(text)
    assert root.tag == NAMESPACE + "ErrorResponse", root.tag
    assert [part.tag for part in root] == [NAMESPACE + "Error", NAMESPACE + "RequestId"], text
    assert root[1].text == headers["x-amzn-RequestId"]
    assert [part.tag for part in root[0]] == [
        NAMESPACE + x for x in ("Type", "Code", "Message", "Detail")], text
    kind, code, message, _ = [part.text for part in root[0]]
    assert kind in ("Sender", "Receiver"), kind
    return Refused(status, code, None, message, kind == "Sender")


def read_json_fault(status, headers, text):
    fault = json.loads(text)
    code, kind = headers["x-amzn-query-error"].split(";")
    assert kind in ("Sender", "Receiver"), kind
    return Refused(status, code, fault["__type"], fault["message"], kind == "Sender")
