// SPDX-License-Identifier: MIT
// sqs-producer sends, sqs-consumer takes; a message whose handler fails comes again.
import assert from "node:assert/strict";
import { SQS } from "@aws-sdk/client-sqs";
import { Consumer } from "sqs-consumer";
import { Producer } from "sqs-producer";

const endpoint = process.argv[2];
const sqs = new SQS({ endpoint });
const { QueueUrl: queueUrl } = await sqs.createQueue({
  QueueName: "work",
  Attributes: { VisibilityTimeout: "1" },
});

const bodies = Array.from({ length: 25 }, (_, i) => `job ${i}`);
const producer = Producer.create({ queueUrl, sqs });
await producer.send(bodies.map((body, i) => ({ id: `${i}`, body })));
assert.equal(await producer.queueSize(), 25);

const seen = new Map();
const finished = new Promise((resolve, reject) => {
  const consumer = Consumer.create({
    queueUrl,
    sqs,
    batchSize: 10,
    waitTimeSeconds: 5,
    handleMessage: async (message) => {
      const times = (seen.get(message.Body) ?? 0) + 1;
      seen.set(message.Body, times);
      if (message.Body === "job 7" && times === 1) throw new Error("at first");
      return message;
    },
  });
  consumer.on("error", reject);
  consumer.on("message_processed", () => {
    const isDone = seen.size === bodies.length && seen.get("job 7") === 2;
    if (isDone) consumer.stop();
  });
  consumer.on("stopped", resolve);
  consumer.start();
});
await finished;
assert.deepEqual([...seen.keys()].sort(), [...bodies].sort());
assert.equal(seen.get("job 7"), 2);
await sqs.deleteQueue({ QueueUrl: queueUrl });
