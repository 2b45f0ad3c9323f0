/* SPDX-License-Identifier: MIT */
/*
 * Long random runs of the service against the reference model.
 *
 * Every step does the same to both and compares what they answer; time is moved by
 * hand, and now and then the service is closed and opened again. A run is known by
 * its seed: SQSFS_MODEL_SEED=N repeats it, and says each step. SQSFS_LONG_TESTS=1
 * makes the runs long.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "tests/model/reference.h"
#include "tests/unit/local/world.h"

enum { HANDLES = 400, GROUPS = 4, DEDUPS = 25 };

/* Two of the queues have the one before them for dead letters. */
static const char *const names[REF_QUEUES] = {
	"plain", "dead", "jobs", "plain.fifo", "dead.fifo", "jobs.fifo"};

struct handle {
	char text[80];
	int queue;
	int made; /* which of the queues of this name */
	int message;
	int serial;
};

struct run {
	struct world world;
	struct reference ref;
	struct handle handles[HANDLES];
	int handle_count;
	int made[REF_QUEUES];
	uint64_t random;
	bool is_loud;
	int step;
};

static struct run run;

static uint64_t random_below(uint64_t n)
{
	run.random ^= run.random << 13;
	run.random ^= run.random >> 7;
	run.random ^= run.random << 17;
	return run.random % n;
}

#define SAY(...)                                  \
	do {                                      \
		if (run.is_loud)                  \
			printf("# " __VA_ARGS__); \
	} while (0)

static bool agree(bool holds, const char *what)
{
	if (!holds)
		printf("# step %d at %" PRId64 ": %s\n", run.step, run.world.now_ms,
			what);
	return holds;
}

static bool agree_text(const char *seen, const char *expected, const char *what)
{
	if (strcmp(seen, expected) == 0)
		return true;
	printf("# step %d: %s answered \"%s\", expected \"%s\"\n", run.step, what, seen,
		expected);
	return false;
}

static const char no_queue[] = "AWS.SimpleQueueService.NonExistentQueue";

static int any_queue(void)
{
	return (int)random_below(REF_QUEUES);
}

/* ---- queues ---- */

static bool create(int queue, bool dedup_by_group)
{
	struct ref_queue as = {.is_fifo = queue >= 3,
		.dedup_by_group = dedup_by_group && queue >= 3,
		.delay_s = (int64_t)random_below(3),
		.visibility_s = 5 + (int64_t)random_below(30),
		.retention_s = 60 + (int64_t)random_below(200),
		.dead_letters = REF_NONE};
	char attributes[400];
	const char *expected = "";

	snprintf(attributes, sizeof(attributes),
		"DelaySeconds=%d;VisibilityTimeout=%d;MessageRetentionPeriod=%d%s%s",
		(int)as.delay_s, (int)as.visibility_s, (int)as.retention_s,
		as.is_fifo ? ";FifoQueue=true" : "",
		as.dedup_by_group ? ";DeduplicationScope=messageGroup" : "");
	if (!ref_may_create(&run.ref, queue))
		expected = "AWS.SimpleQueueService.QueueDeletedRecently";
	SAY("create %s: %s\n", names[queue], attributes);
	if (!agree_text(world_create(&run.world, names[queue], attributes), expected,
		    "create"))
		return false;
	if (!*expected) {
		ref_create(&run.ref, queue, &as);
		run.made[queue]++;
	}
	return true;
}

/* Ties jobs to dead, and jobs.fifo to dead.fifo, or unties them. */
static bool set_redrive(int queue)
{
	struct ref_queue *q = &run.ref.queues[queue];
	char attribute[300] = "RedrivePolicy=";
	int most = (int)random_below(4);

	if (queue % 3 != 2 || !q->exists || !run.ref.queues[queue - 1].exists)
		return true;
	if (most)
		snprintf(attribute, sizeof(attribute),
			"RedrivePolicy={\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:"
			"123456789012:%s\",\"maxReceiveCount\":%d}",
			names[queue - 1], most);
	q->dead_letters = most ? queue - 1 : REF_NONE;
	q->max_receives = most;
	SAY("redrive of %s: %d\n", names[queue], most);
	return agree_text(
		world_set(&run.world, names[queue], attribute), "", "set redrive");
}

static bool set_delay(int queue)
{
	int delay_s = (int)random_below(8);
	char attribute[40];

	if (!run.ref.queues[queue].exists)
		return true;
	snprintf(attribute, sizeof(attribute), "DelaySeconds=%d", delay_s);
	SAY("%s of %s\n", attribute, names[queue]);
	ref_set_delay(&run.ref, queue, delay_s);
	return agree_text(
		world_set(&run.world, names[queue], attribute), "", "set delay");
}

static bool purge(int queue)
{
	const char *expected = no_queue;

	if (run.ref.queues[queue].exists)
		expected = ref_purge(&run.ref, queue)
				   ? ""
				   : "AWS.SimpleQueueService.PurgeQueueInProgress";
	SAY("purge %s\n", names[queue]);
	return agree_text(
		world_act(&run.world, WIRE_PURGE_QUEUE, names[queue]), expected, "purge");
}

static bool delete_queue(int queue)
{
	bool exists = run.ref.queues[queue].exists;

	SAY("delete %s\n", names[queue]);
	if (exists)
		ref_delete_queue(&run.ref, queue);
	return agree_text(world_act(&run.world, WIRE_DELETE_QUEUE, names[queue]),
		exists ? "" : no_queue, "delete queue");
}

/* ---- messages ---- */

static bool send(int queue)
{
	struct ref_queue *q = &run.ref.queues[queue];
	int group = (int)random_below(GROUPS), dedup = (int)random_below(DEDUPS);
	char body[20], group_text[20], dedup_text[20];
	const char *duplicate;
	struct wire_entry entry = {.delay_s = WIRE_ABSENT};
	struct wire_request request = wire_request_of(WIRE_SEND_MESSAGE);

	snprintf(body, sizeof(body), "%d", run.ref.message_count);
	snprintf(group_text, sizeof(group_text), "g%d", group);
	snprintf(dedup_text, sizeof(dedup_text), "d%d", dedup);
	entry.body = view_of(body);
	if (q->is_fifo) {
		entry.group_id = view_of(group_text);
		entry.dedup_id = view_of(dedup_text);
	} else if (random_below(4) == 0) {
		entry.delay_s = (int64_t)random_below(10);
	}
	request.queue_url = view_of(names[queue]);
	request.entries = &entry;
	request.entry_count = 1;
	SAY("send %s to %s group %d dedup %d\n", body, names[queue], group, dedup);
	if (!q->exists)
		return agree_text(world_ask(&run.world, &request), no_queue, "send");
	if (!agree_text(world_ask(&run.world, &request), "", "send"))
		return false;
	duplicate = ref_duplicate(&run.ref, queue, group, dedup);
	if (duplicate)
		return agree_text(run.world.call.reply.done->message_id.data, duplicate,
			"the id of a duplicate");
	ref_send(&run.ref, queue, group, dedup,
		entry.delay_s == WIRE_ABSENT ? -1 : entry.delay_s,
		run.world.call.reply.done->message_id.data);
	return true;
}

static void keep_handle(int queue, int message, int serial, struct view text)
{
	int at = run.handle_count < HANDLES ? run.handle_count++
					    : (int)random_below(HANDLES);
	struct handle *handle = &run.handles[at];

	*handle = (struct handle){.queue = queue,
		.made = run.made[queue],
		.message = message,
		.serial = serial};
	snprintf(handle->text, sizeof(handle->text), "%.*s", (int)text.len, text.data);
}

/* What the service has moved on the way; a peek at the dead-letter queue tells. */
static bool follow_burials(int queue)
{
	int target = run.ref.queues[queue].dead_letters;
	struct buf out = BUF_INIT(0);
	bool ok = true;

	if (target == REF_NONE || !run.ref.queues[target].exists)
		return true;
	service_peek(run.world.service, names[target], (struct service_place){0},
		REF_MESSAGES, &out, run.world.now_ms);
	for (int m = run.ref.first_alive; ok && m < run.ref.message_count; m++) {
		char body[40];

		snprintf(body, sizeof(body), "\"Body\":\"%d\"", m);
		if (run.ref.messages[m].queue == queue && out.data &&
			strstr(out.data, body))
			ok = agree(ref_bury(&run.ref, m), run.ref.why);
	}
	buf_finish(&out);
	return ok;
}

/* A returned message says of itself what the reference knows of it. */
static bool describes_itself(const struct wire_message *message, int number)
{
	const struct ref_message *m = &run.ref.messages[number];

	for (size_t i = 0; i < message->system.count; i++) {
		const struct wire_pair *pair = &message->system.items[i];

		if (view_is(pair->name, "SentTimestamp") &&
			atoll(pair->value.data) != m->sent_ms)
			return agree(false, "a wrong SentTimestamp");
	}
	return !*m->id || agree(view_is(message->id, m->id), "a wrong MessageId");
}

static bool receive(int queue)
{
	int wanted = 1 + (int)random_below(REF_BATCH);
	int messages[REF_BATCH], serials[REF_BATCH], count;
	int64_t visibility_s = random_below(3) ? run.ref.queues[queue].visibility_s
					       : (int64_t)random_below(40);
	const char *code =
		world_receive_for(&run.world, names[queue], wanted, visibility_s);
	struct handle found[REF_BATCH];

	run.world.held_count = 0;
	SAY("receive %d from %s: %s\n", wanted, names[queue], code);
	if (!run.ref.queues[queue].exists)
		return agree_text(code, no_queue, "receive");
	if (!agree(run.world.verdict == SERVICE_REPLY, "a receive that was refused"))
		return false;
	count = (int)run.world.call.reply.message_count;
	for (int i = 0; i < count; i++) {
		const struct wire_message *message = &run.world.call.reply.messages[i];

		messages[i] = atoi(message->body.data);
		snprintf(found[i].text, sizeof(found[i].text), "%s",
			message->receipt_handle.data);
		if (!describes_itself(message, messages[i]))
			return false;
	}
	if (!follow_burials(queue) || !agree(ref_receive(&run.ref, queue, messages, count,
						     wanted, visibility_s, serials),
					      run.ref.why))
		return false;
	for (int i = 0; i < count; i++)
		keep_handle(queue, messages[i], serials[i], view_of(found[i].text));
	return true;
}

/* What the service must say; NULL where it may say either. */
static const char *code_of(enum ref_answer answer)
{
	if (answer == REF_EITHER)
		return NULL;
	return answer == REF_DONE ? "" : "InvalidParameterValue";
}

static bool act_on_handle(bool deletes)
{
	struct wire_entry entry = {.delay_s = WIRE_ABSENT};
	struct wire_request request = wire_request_of(
		deletes ? WIRE_DELETE_MESSAGE : WIRE_CHANGE_MESSAGE_VISIBILITY);
	const struct handle *handle;
	const char *expected, *code;

	if (!run.handle_count)
		return true;
	handle = &run.handles[random_below((uint64_t)run.handle_count)];
	entry.visibility_s = random_below(20) ? (int64_t)random_below(60) : 43200 - 5;
	entry.receipt_handle = view_of(handle->text);
	request.queue_url = view_of(names[handle->queue]);
	request.entries = &entry;
	request.entry_count = 1;
	SAY("%s %d by receive %d, for %d s\n", deletes ? "delete" : "hide",
		handle->message, handle->serial, (int)entry.visibility_s);
	if (!run.ref.queues[handle->queue].exists)
		expected = no_queue;
	else if (handle->made != run.made[handle->queue])
		expected = "ReceiptHandleIsInvalid";
	else if (deletes)
		expected = code_of(ref_delete(
			&run.ref, handle->queue, handle->message, handle->serial));
	else
		expected = code_of(ref_hide(&run.ref, handle->queue, handle->message,
			handle->serial, entry.visibility_s));
	code = world_ask(&run.world, &request);
	return !expected || agree_text(code, expected, deletes ? "delete" : "hide");
}

static bool redrive(int queue)
{
	struct wire_request request = wire_request_of(WIRE_START_MESSAGE_MOVE_TASK);
	char arn[100];

	if (queue % 3 != 1 || !run.ref.queues[queue].exists ||
		!run.ref.queues[queue + 1].exists ||
		run.ref.queues[queue + 1].dead_letters != queue ||
		!ref_may_redrive(&run.ref, queue))
		return true;
	snprintf(arn, sizeof(arn), "arn:aws:sqs:eu-west-1:123456789012:%s", names[queue]);
	request.source_arn = view_of(arn);
	SAY("redrive %s\n", names[queue]);
	if (!agree_text(world_ask(&run.world, &request), "", "start a move task"))
		return false;
	world_tick(&run.world);
	ref_redrive(&run.ref, queue);
	return true;
}

/* ---- time, and comparing ---- */

static bool counts_agree(int queue)
{
	static const char *const states[] = {"ApproximateNumberOfMessages",
		"ApproximateNumberOfMessagesNotVisible",
		"ApproximateNumberOfMessagesDelayed"};
	int counts[3], expired;
	char what[100];

	if (!run.ref.queues[queue].exists)
		return true;
	expired = ref_counts(&run.ref, queue, counts);
	for (int i = 0; i < 3; i++) {
		int seen = atoi(world_get(&run.world, names[queue], states[i]));

		snprintf(what, sizeof(what), "%s of %s is %d, expected %d to %d",
			states[i], names[queue], seen, counts[i], counts[i] + expired);
		if (!agree(seen >= counts[i] && seen <= counts[i] + expired, what))
			return false;
	}
	return true;
}

/* Mostly a little, sometimes past every timeout, rarely past the deduplication window. */
static bool let_time_pass(void)
{
	static const int longest_ms[] = {500, 1000, 3000, 10000, 40000, 90000, 310000};
	int64_t ms = (int64_t)random_below((uint64_t)longest_ms[random_below(
		random_below(6) ? 4 : ARRAY_SIZE(longest_ms))]);

	run.world.now_ms += random_below(2) ? ms : ms / 1000 * 1000;
	run.ref.now_ms = run.world.now_ms;
	SAY("now %" PRId64 "\n", run.world.now_ms);
	if (random_below(3))
		world_tick(&run.world);
	while (run.ref.first_alive < run.ref.message_count &&
		run.ref.messages[run.ref.first_alive].queue == REF_NONE)
		run.ref.first_alive++;
	return true;
}

static bool restart(void)
{
	SAY("restart\n");
	return agree(world_restart(&run.world), "it does not open again");
}

static bool one_step(void)
{
	uint64_t dice = random_below(1000);

	if (dice < 330)
		return send(any_queue());
	if (dice < 600)
		return receive(any_queue());
	if (dice < 730)
		return act_on_handle(true);
	if (dice < 800)
		return act_on_handle(false);
	if (dice < 940)
		return let_time_pass();
	if (dice < 950)
		return restart();
	if (dice < 960)
		return set_delay(any_queue());
	if (dice < 970)
		return set_redrive(any_queue());
	if (dice < 980)
		return redrive(any_queue());
	if (dice < 984)
		return purge(any_queue());
	if (dice < 987)
		return delete_queue(any_queue());
	for (int queue = 0; queue < REF_QUEUES; queue++) {
		if (!run.ref.queues[queue].exists)
			return create(queue, random_below(2));
	}
	return true;
}

static bool steps(int count)
{
	for (int queue = 0; queue < REF_QUEUES; queue++) {
		if (!create(queue, random_below(2)))
			return false;
	}
	for (run.step = 0; run.step < count; run.step++) {
		if (!one_step() || !counts_agree(any_queue()))
			return false;
		if (run.ref.message_count > REF_MESSAGES - 20)
			break;
	}
	return true;
}

static bool run_with(uint64_t seed, int count, bool is_loud)
{
	bool ok;

	run = (struct run){.random = seed * 0x9e3779b97f4a7c15u | 1, .is_loud = is_loud};
	if (!world_init(&run.world))
		return false;
	run.ref.now_ms = run.world.now_ms;
	ok = steps(count);
	world_finish(&run.world);
	if (!ok)
		printf("# repeat it: SQSFS_MODEL_SEED=%" PRIu64 "\n", seed);
	return ok;
}

TEST(the_service_does_what_the_reference_allows)
{
	const char *seed = getenv("SQSFS_MODEL_SEED");
	bool is_long = getenv("SQSFS_LONG_TESTS") != NULL;
	int count = is_long ? 20000 : 2000;

	if (seed) {
		CHECK(run_with(strtoull(seed, NULL, 10), count, true));
		return;
	}
	for (uint64_t i = 1; i <= (is_long ? 100 : 12); i++)
		CHECK(run_with(i, count, false));
}

TEST_MAIN
