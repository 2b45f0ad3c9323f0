# SPDX-License-Identifier: MIT
"""Every error code, in both protocols: its status, its names and whose fault it is."""
import sys

from protocols import Json, Query, Refused, connect

ADDRESS = sys.argv[1]
ARN = "arn:aws:sqs:us-east-1:000000000000:"
SQS = "AWS.SimpleQueueService."

# The code of Query, the name of JSON, the status of HTTP. What "@" begins has the name of
# SQS's own namespace, the rest that of all services.
CODES = """
AWS.SimpleQueueService.NonExistentQueue             @QueueDoesNotExist                     400
QueueAlreadyExists                                  @QueueNameExists                       400
AWS.SimpleQueueService.QueueDeletedRecently         @QueueDeletedRecently                  400
AWS.SimpleQueueService.PurgeQueueInProgress         @PurgeQueueInProgress                  403
OverLimit                                           @OverLimit                             403
InvalidMessageContents                              @InvalidMessageContents                400
ReceiptHandleIsInvalid                              @ReceiptHandleIsInvalid                404
InvalidIdFormat                                     @InvalidIdFormat                       400
AWS.SimpleQueueService.MessageNotInflight           @MessageNotInflight                    400
InvalidAttributeName                                @InvalidAttributeName                  400
InvalidAttributeValue                               @InvalidAttributeValue                 400
AWS.SimpleQueueService.UnsupportedOperation         @UnsupportedOperation                  400
ResourceNotFoundException                           @ResourceNotFoundException             404
InvalidAddress                                      @InvalidAddress                        404
AWS.SimpleQueueService.EmptyBatchRequest            @EmptyBatchRequest                     400
AWS.SimpleQueueService.TooManyEntriesInBatchRequest @TooManyEntriesInBatchRequest          400
AWS.SimpleQueueService.BatchRequestTooLong          @BatchRequestTooLong                   400
AWS.SimpleQueueService.BatchEntryIdsNotDistinct     @BatchEntryIdsNotDistinct              400
AWS.SimpleQueueService.InvalidBatchEntryId          @InvalidBatchEntryId                   400
InvalidSecurity                                     @InvalidSecurity                       403
KMS.AccessDeniedException                           @KmsAccessDenied                       400
KMS.DisabledException                               @KmsDisabled                           400
KMS.InvalidStateException                           @KmsInvalidState                       400
KMS.NotFoundException                               @KmsNotFound                           400
KMS.InvalidKeyUsageException                        @KmsInvalidKeyUsage                    400
KMS.OptInRequired                                   @KmsOptInRequired                      403
KMS.ThrottlingException                             @KmsThrottled                          400
RequestThrottled                                    @RequestThrottled                      403
AWS.SimpleQueueService.InternalError                @InternalServerError                   500
InvalidParameterValue                               InvalidParameterValueException         400
InvalidParameterCombination                         InvalidParameterCombinationException   400
MissingParameter                                    MissingRequiredParameterException      400
InvalidAction                                       InvalidAction                          400
UnknownOperationException                           UnknownOperationException              404
MalformedQueryString                                MalformedQueryStringException          400
SerializationException                              SerializationException                 400
ValidationError                                     ValidationException                    400
RequestEntityTooLarge                               RequestEntityTooLargeException         413
AccessDenied                                        AccessDeniedException                  403
InvalidClientTokenId                                UnrecognizedClientException            403
SignatureDoesNotMatch                               InvalidSignatureException              403
IncompleteSignature                                 IncompleteSignatureException           400
MissingAuthenticationToken                          MissingAuthenticationTokenException    403
ExpiredToken                                        ExpiredTokenException                  403
RequestExpired                                      RequestExpired                         400
RequestInTheFuture                                  RequestInTheFuture                     400
RequestTimeTooSkewed                                RequestTimeTooSkewed                   403
OptInRequired                                       OptInRequired                          403
AuthFailure                                         AuthFailure                            403
InvalidIdentityToken                                InvalidIdentityTokenException          400
IDPRejectedClaim                                    IDPRejectedClaimException              403
Throttling                                          ThrottlingException                    400
ThrottledException                                  ThrottledException                     400
TooManyRequestsException                            TooManyRequestsException               429
ProvisionedThroughputExceededException              ProvisionedThroughputExceededException 400
TransactionInProgressException                      TransactionInProgressException         400
RequestLimitExceeded                                RequestLimitExceeded                   503
BandwidthLimitExceeded                              BandwidthLimitExceeded                 509
LimitExceededException                              LimitExceededException                 400
SlowDown                                            SlowDown                               503
EC2ThrottledException                               EC2ThrottledException                  503
PriorRequestNotComplete                             PriorRequestNotComplete                400
RequestTimeout                                      RequestTimeoutException                400
InternalFailure                                     InternalFailure                        500
InternalError                                       InternalErrorException                 500
ServiceUnavailable                                  ServiceUnavailableException            503
IDPCommunicationError                               IDPCommunicationErrorException         400
"""
TABLE = {code: (name, int(status)) for code, name, status in map(str.split, CODES.split("\n")[1:-1])}

# Faults of the service although their status is not one of 500 and more, and the reverse.
OF_SERVICE = {"RequestTimeout", "IDPCommunicationError"}
OF_SENDER = {"RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown", "EC2ThrottledException"}


def check(speaker, refused, code, words=""):
    """The refusal is this code's, in every part of it."""
    name, status = TABLE[code]
    assert (refused.status, refused.code) == (status, code), refused
    assert words in refused.message, refused
    if code == "UnknownOperationException" and refused.name is None:
        return  # nothing but an element of that name
    assert refused.message, refused
    assert refused.sender == (
        code in OF_SENDER or status < 500 and code not in OF_SERVICE), refused
    if isinstance(speaker, Json):
        space = "com.amazonaws.sqs#" if name[0] == "@" else "com.amazon.coral.service#"
        assert refused.name == space + name.lstrip("@"), refused


def refused_by(call):
    try:
        call()
    except Refused as refused:
        return refused
    raise AssertionError("not refused")


def set_faults(rules):
    connection = connect(ADDRESS)
    connection.request("POST", "/_sqs-local/faults", rules)
    assert connection.getresponse().status == 200, rules
    connection.close()


def on_demand(speaker):
    """Whatever a rule of --faults names is answered as SQS shapes it."""
    for code in TABLE:
        set_faults("ListQueues error=%s count=1" % code)
        check(speaker, refused_by(lambda: speaker.ask("ListQueues")), code)
        speaker.ask("ListQueues")


BATCH = {"QueueUrl": "q", "Entries": [{"Id": str(i), "MessageBody": "x"} for i in range(11)]}
LONG = {"QueueUrl": "q", "Entries": [{"Id": str(i), "MessageBody": "x" * 524289} for i in range(2)]}
POLICY = '{"deadLetterTargetArn":"%sdead","maxReceiveCount":1}' % ARN

# (code, part of its text, action, parameters); done in this order.
OWN = [
    (SQS + "NonExistentQueue", "The specified queue does not exist", "GetQueueUrl",
     {"QueueName": "nosuch"}),
    ("QueueAlreadyExists", "a different value for attribute DelaySeconds", "CreateQueue",
     {"QueueName": "q", "Attributes": {"DelaySeconds": "1"}}),
    (SQS + "QueueDeletedRecently", "You must wait 60 seconds after deleting a queue before you can "
     "create another with the same name.", "CreateQueue", {"QueueName": "gone"}),
    (SQS + "PurgeQueueInProgress",
     "Only one PurgeQueue operation on q is allowed every 60 seconds.", "PurgeQueue",
     {"QueueUrl": "q"}),
    ("OverLimit", "8 Actions were found, maximum allowed is 7.", "AddPermission",
     {"QueueUrl": "q", "Label": "l", "AWSAccountIds": ["111111111111"], "Actions": [
         "SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility",
         "GetQueueAttributes", "GetQueueUrl", "ListDeadLetterSourceQueues", "PurgeQueue"]}),
    ("InvalidMessageContents", "", "SendMessage", {"QueueUrl": "q", "MessageBody": "\x01"}),
    ("ReceiptHandleIsInvalid", 'The input receipt handle "garbage" is not a valid receipt handle.',
     "DeleteMessage", {"QueueUrl": "q", "ReceiptHandle": "garbage"}),
    ("InvalidAttributeName", "Unknown Attribute Foobar.", "GetQueueAttributes",
     {"QueueUrl": "q", "AttributeNames": ["Foobar"]}),
    ("InvalidAttributeValue", "VisibilityTimeout", "SetQueueAttributes",
     {"QueueUrl": "q", "Attributes": {"VisibilityTimeout": "43201"}}),
    (SQS + "UnsupportedOperation", "Only active tasks can be cancelled.", "CancelMessageMoveTask",
     {"TaskHandle": "ENDED"}),
    ("ResourceNotFoundException",
     "The resource that you specified for the SourceArn parameter doesn't exist.",
     "StartMessageMoveTask", {"SourceArn": ARN + "nosuch"}),
    ("InvalidAddress", "The address not/a name is not valid for this endpoint.", "SendMessage",
     {"QueueUrl": "not/a name", "MessageBody": "x"}),
    (SQS + "EmptyBatchRequest", "", "SendMessageBatch", {"QueueUrl": "q", "Entries": []}),
    (SQS + "TooManyEntriesInBatchRequest",
     "Maximum number of entries per request are 10. You have sent 11.", "SendMessageBatch", BATCH),
    (SQS + "BatchRequestTooLong",
     "Batch requests cannot be longer than 1048576 bytes. You have sent 1048578 bytes.",
     "SendMessageBatch", LONG),
    (SQS + "BatchEntryIdsNotDistinct", "", "SendMessageBatch",
     {"QueueUrl": "q", "Entries": BATCH["Entries"][:1] * 2}),
    (SQS + "InvalidBatchEntryId", "", "SendMessageBatch",
     {"QueueUrl": "q", "Entries": [{"Id": "a b", "MessageBody": "x"}]}),
    ("InvalidParameterValue", "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must "
     "be between 1 and 10, if provided.", "ReceiveMessage",
     {"QueueUrl": "q", "MaxNumberOfMessages": 11}),
    ("MissingParameter", "The request must contain the parameter MessageBody.", "SendMessage",
     {"QueueUrl": "q"}),
]


def prepare(speaker, prefix):
    """The queues that OWN is about, each with this speaker's prefix; an ended move task."""
    for name in ("q", "gone", "dead"):
        speaker.ask("CreateQueue", QueueName=prefix + name)
    speaker.ask("CreateQueue", QueueName=prefix + "source", Attributes={
        "RedrivePolicy": POLICY.replace(":dead", ":%sdead" % prefix)})
    speaker.ask("DeleteQueue", QueueUrl=prefix + "gone")
    speaker.ask("PurgeQueue", QueueUrl=prefix + "q")
    started = speaker.ask("StartMessageMoveTask", SourceArn=ARN + prefix + "dead")["TaskHandle"]
    while "TaskHandle" in speaker.ask(
            "ListMessageMoveTasks", SourceArn=ARN + prefix + "dead")["Results"][0]:
        pass  # one that is empty ends at once
    return started


def by_itself(speaker, prefix):
    """What the server refuses of its own accord."""
    ended = prepare(speaker, prefix)
    for code, words, action, parameters in OWN:
        parameters = dict(parameters)
        for name in ("QueueUrl", "QueueName"):
            if parameters.get(name, "/").isalpha():
                parameters[name] = prefix + parameters[name]
        if "TaskHandle" in parameters:
            parameters["TaskHandle"] = ended
        words = words.replace(" on q is", " on %sq is" % prefix)
        check(speaker, refused_by(lambda: speaker.ask(action, **parameters)), code, words)


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TYPE = {"Content-Type": "application/x-amz-json-1.0"}


def target(action):
    return dict(TYPE, **{"X-Amz-Target": action})


# What only bytes can say: (code, part of the text, class, method, path, body, headers).
RAW = [
    ("InvalidAction", "The action Nonsense is not valid for this endpoint.", Query, "POST", "/",
     "Action=Nonsense", FORM),
    ("InvalidAction", "The action ListQueues is not valid for this endpoint.", Query, "POST",
     "/000000000000/q", "Action=ListQueues", FORM),
    ("UnknownOperationException", "", Query, "POST", "/", "", FORM),
    ("UnknownOperationException", "", Json, "POST", "/", "{}", target("AmazonSQS.Nonsense")),
    ("UnknownOperationException", "", Json, "POST", "/", "{}", TYPE),
    ("MalformedQueryString", "", Query, "POST", "/", "Action=ListQueues&%zz=1", FORM),
    ("SerializationException", "", Json, "POST", "/", "{", target("AmazonSQS.ListQueues")),
    ("SerializationException", "", Json, "POST", "/", "[]", target("AmazonSQS.ListQueues")),
    ("SerializationException", "", Json, "POST", "/", '{"MaxResults":{}}',
     target("AmazonSQS.ListQueues")),
    ("RequestEntityTooLarge", "5 MiB", Query, "POST", "/", b"x" * (5 << 20) + b"x", FORM),
    ("RequestEntityTooLarge", "5 MiB", Json, "POST", "/", b"x" * (5 << 20) + b"x",
     target("AmazonSQS.ListQueues")),
    ("AccessDenied", "Web pages may not ask without a signature.", Query, "POST", "/",
     "Action=ListQueues", dict(FORM, Origin="http://example.com")),
    ("AccessDenied", "Web pages may not ask without a signature.", Json, "POST", "/", "{}",
     dict(target("AmazonSQS.ListQueues"), Host="example.com")),
    ("MethodNotAllowed", "", Query, "PUT", "/", "Action=ListQueues", FORM),
    ("MethodNotAllowed", "", Json, "GET", "/", None, target("AmazonSQS.ListQueues")),
]
TABLE_OF_HTTP = {"MethodNotAllowed": ("MethodNotAllowed", 405)}


def by_bytes():
    TABLE.update(TABLE_OF_HTTP)
    for code, words, speaker_class, method, path, body, headers in RAW:
        speaker = speaker_class(ADDRESS)
        answer = speaker.exchange(method, path, body, headers)
        check(speaker, refused_by(lambda: speaker.read("ListQueues", *answer)), code, words)


if __name__ == "__main__":
    by_itself(Query(ADDRESS), "not-query-")
    by_itself(Json(ADDRESS), "not-json-")
    on_demand(Query(ADDRESS))
    on_demand(Json(ADDRESS))
    by_bytes()
