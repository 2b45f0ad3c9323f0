// SPDX-License-Identifier: MIT
// The steps of boto 2's tutorial with @aws-sdk/client-sqs, which speaks AWS JSON 1.0.
import assert from "node:assert/strict";
import { SQS } from "@aws-sdk/client-sqs";

const endpoint = process.argv[2];
const sqs = new SQS({ endpoint });

async function refused(name, call) {
  await assert.rejects(call, (error) => {
    assert.equal(error.name, name);
    return true;
  });
}

const { QueueUrl } = await sqs.createQueue({
  QueueName: "jobs",
  Attributes: { VisibilityTimeout: "120" },
  tags: { team: "blue" },
});
const get = async (name) =>
  (await sqs.getQueueAttributes({ QueueUrl, AttributeNames: [name] })).Attributes[name];
assert.equal(await get("VisibilityTimeout"), "120");
await sqs.setQueueAttributes({ QueueUrl, Attributes: { VisibilityTimeout: "60" } });
assert.equal(await get("VisibilityTimeout"), "60");
assert.deepEqual((await sqs.listQueues({ QueueNamePrefix: "jo" })).QueueUrls, [QueueUrl]);
assert.equal((await sqs.listQueues({ QueueNamePrefix: "nosuch" })).QueueUrls, undefined);
assert.equal((await sqs.getQueueUrl({ QueueName: "jobs" })).QueueUrl, QueueUrl);
assert.deepEqual((await sqs.listQueueTags({ QueueUrl })).Tags, { team: "blue" });

// The SDK verifies the digests of bodies itself.
const sent = await sqs.sendMessage({
  QueueUrl,
  MessageBody: 'héllo "<&>" \r\n\t 🙂',
  MessageAttributes: {
    text: { DataType: "String", StringValue: "a & b" },
    bytes: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255]) },
  },
});
const receive = async (options) =>
  (await sqs.receiveMessage({ QueueUrl, ...options })).Messages ?? [];
const [got] = await receive({
  MaxNumberOfMessages: 10,
  VisibilityTimeout: 1,
  MessageAttributeNames: ["All"],
  MessageSystemAttributeNames: ["All"],
});
assert.equal(got.Body, 'héllo "<&>" \r\n\t 🙂');
assert.equal(got.MessageId, sent.MessageId);
assert.deepEqual([...got.MessageAttributes.bytes.BinaryValue], [0, 255]);
assert.equal(got.Attributes.ApproximateReceiveCount, "1");
const [again] = await receive({ WaitTimeSeconds: 10 });
assert.equal(again.MessageId, got.MessageId);
await sqs.deleteMessage({ QueueUrl, ReceiptHandle: again.ReceiptHandle });
assert.deepEqual(await receive({ VisibilityTimeout: 0 }), []);

const batch = await sqs.sendMessageBatch({
  QueueUrl,
  Entries: [
    ...Array.from({ length: 9 }, (_, i) => ({ Id: `${i}`, MessageBody: `body ${i}` })),
    { Id: "bad", MessageBody: "\u0001" },
  ],
});
assert.equal(batch.Successful.length, 9);
assert.deepEqual(batch.Failed.map((x) => [x.Id, x.Code, x.SenderFault]), [
  ["bad", "InvalidMessageContents", true],
]);
const messages = await receive({ MaxNumberOfMessages: 10 });
assert.equal(messages.length, 9);
const done = await sqs.deleteMessageBatch({
  QueueUrl,
  Entries: messages.map((m, i) => ({ Id: `${i}`, ReceiptHandle: m.ReceiptHandle })),
});
assert.equal(done.Successful.length, 9);

await sqs.sendMessage({ QueueUrl, MessageBody: "one of many" });
await sqs.purgeQueue({ QueueUrl });
assert.equal(await get("ApproximateNumberOfMessages"), "0");
await sqs.deleteQueue({ QueueUrl });
await refused("QueueDoesNotExist", () => sqs.getQueueUrl({ QueueName: "jobs" }));
await refused("QueueDeletedRecently", () => sqs.createQueue({ QueueName: "jobs" }));

const signedBy = (accessKeyId, secretAccessKey) =>
  new SQS({ endpoint, credentials: { accessKeyId, secretAccessKey } });
await refused("SignatureDoesNotMatch", () => signedBy("AKIDINTEROP", "wrong").listQueues());
await refused("InvalidClientTokenId", () => signedBy("AKIDNOBODY", "x").listQueues());
