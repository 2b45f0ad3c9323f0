/* SPDX-License-Identifier: MIT */
#include "tests/unit/local/world.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sqs/base/cleanup.h"

static bool open_service(struct world *world)
{
	struct service_options options = {
		.directory_fd = world->directory_fd,
		.endpoint = "http://localhost:9324",
		.region = "eu-west-1",
		.account = "123456789012",
		.sync_normal = true,
		.seed = 7,
	};
	char why[300] = "";

	world->service = service_new(&options, why, sizeof(why));
	if (!world->service)
		printf("# no service: %s\n", why);
	return world->service != NULL;
}

bool world_init(struct world *world)
{
	*world = (struct world){.now_ms = 1700000000000};
	snprintf(world->path, sizeof(world->path), "%s/sqs-world-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(world->path))
		return false;
	world->directory_fd = open(world->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return open_service(world);
}

bool world_restart(struct world *world)
{
	service_free(world->service);
	return open_service(world);
}

void world_finish(struct world *world)
{
	static const char *const names[] = {
		"queues.db", "queues.db-wal", "queues.db-shm"};

	service_free(world->service);
	arena_finish(&world->arena);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlinkat(world->directory_fd, names[i], 0);
	close(world->directory_fd);
	rmdir(world->path);
}

void world_after(struct world *world, double seconds)
{
	world->now_ms += (int64_t)(seconds * 1000);
}

static const char *text_of(struct world *world, struct view view)
{
	snprintf(world->text, sizeof(world->text), "%.*s", (int)view.len,
		view.data ? view.data : "");
	return world->text;
}

const char *world_ask(struct world *world, const struct wire_request *request)
{
	arena_finish(&world->arena);
	world->call = (struct service_call){
		.request = request,
		.sender = VIEW_LITERAL("AIDATEST"),
		.arena = &world->arena,
	};
	if (!service_begin(world->service))
		return "no turn";
	world->verdict = service_execute(world->service, &world->call, world->now_ms);
	if (!service_commit(world->service))
		return "not committed";
	return world->verdict == SERVICE_FAULT ? text_of(world, world->call.fault.code)
					       : "";
}

const char *world_words(struct world *world)
{
	return text_of(world, world->call.fault.message);
}

/* ---- queues ---- */

/* "A=1;B=2" as pairs in the texts themselves. */
static size_t parse_pairs(const char *attributes, struct wire_pair *pairs)
{
	size_t count = 0;

	while (attributes && *attributes) {
		size_t len = strcspn(attributes, ";");
		size_t name = strcspn(attributes, "=");

		pairs[count++] = (struct wire_pair){
			{attributes, name}, {attributes + name + 1, len - name - 1}};
		attributes += len + (attributes[len] == ';');
	}
	return count;
}

static const char *ask_with_attributes(
	struct world *world, struct wire_request request, const char *attributes)
{
	struct wire_pair pairs[20];

	request.attributes = (struct wire_pairs){pairs, parse_pairs(attributes, pairs)};
	return world_ask(world, &request);
}

const char *world_create(struct world *world, const char *queue, const char *attributes)
{
	struct wire_request request = wire_request_of(WIRE_CREATE_QUEUE);

	request.queue_name = view_of(queue);
	return ask_with_attributes(world, request, attributes);
}

static struct wire_request to(enum wire_action action, const char *queue)
{
	struct wire_request request = wire_request_of(action);

	request.queue_url = view_of(queue);
	return request;
}

const char *world_set(struct world *world, const char *queue, const char *attributes)
{
	return ask_with_attributes(
		world, to(WIRE_SET_QUEUE_ATTRIBUTES, queue), attributes);
}

const char *world_get(struct world *world, const char *queue, const char *attribute)
{
	struct wire_request request = to(WIRE_GET_QUEUE_ATTRIBUTES, queue);
	struct view name = view_of(attribute);
	const char *code;

	request.attribute_names = (struct wire_views){&name, 1};
	code = world_ask(world, &request);
	if (*code)
		return code;
	if (world->call.reply.pairs.count == 0)
		return "-";
	return text_of(world, world->call.reply.pairs.items[0].value);
}

const char *world_counts(struct world *world, const char *queue)
{
	int visible = atoi(world_get(world, queue, "ApproximateNumberOfMessages"));
	int hidden =
		atoi(world_get(world, queue, "ApproximateNumberOfMessagesNotVisible"));
	int delayed = atoi(world_get(world, queue, "ApproximateNumberOfMessagesDelayed"));

	snprintf(world->number, sizeof(world->number), "%d %d %d", visible, hidden,
		delayed);
	return world->number;
}

const char *world_act(struct world *world, enum wire_action action, const char *queue)
{
	struct wire_request request = to(action, queue);

	return world_ask(world, &request);
}

void world_tick(struct world *world)
{
	for (int i = 0; i < 10000 && service_tick_at(world->service) <= world->now_ms;
		i++) {
		service_begin(world->service);
		service_tick(world->service, world->now_ms);
		service_commit(world->service);
	}
}

/* ---- messages ---- */

static struct wire_entry entry_of(struct view body)
{
	return (struct wire_entry){
		.body = body, .delay_s = WIRE_ABSENT, .visibility_s = WIRE_ABSENT};
}

static const char *ask_with_entry(
	struct world *world, struct wire_request request, struct wire_entry *entry)
{
	request.entries = entry;
	request.entry_count = 1;
	return world_ask(world, &request);
}

const char *world_send(struct world *world, const char *queue, const char *body)
{
	struct wire_entry entry = entry_of(view_of(body));

	return ask_with_entry(world, to(WIRE_SEND_MESSAGE, queue), &entry);
}

const char *world_send_to(struct world *world, const char *queue, const char *group,
	const char *body, const char *dedup)
{
	static int fresh;
	char id[40];
	struct wire_entry entry = entry_of(view_of(body));

	snprintf(id, sizeof(id), "fresh-%d", fresh++);
	entry.group_id = view_of(group);
	entry.dedup_id = view_of(dedup ? dedup : id);
	return ask_with_entry(world, to(WIRE_SEND_MESSAGE, queue), &entry);
}

struct world_held *world_held(struct world *world, const char *body)
{
	for (size_t i = 0; i < world->held_count; i++) {
		if (strcmp(world->held[i].body, body) == 0)
			return &world->held[i];
	}
	if (world->held_count == WORLD_HELD)
		return NULL;
	snprintf(world->held[world->held_count].body, sizeof(world->held->body), "%s",
		body);
	return &world->held[world->held_count++];
}

static void hold(struct world *world, const struct wire_message *message)
{
	char body[80];
	struct world_held *held;

	snprintf(body, sizeof(body), "%.*s", (int)message->body.len, message->body.data);
	held = world_held(world, body);
	if (!held)
		return;
	memcpy(held->older, held->handle, sizeof(held->older));
	snprintf(held->handle, sizeof(held->handle), "%.*s",
		(int)message->receipt_handle.len, message->receipt_handle.data);
	snprintf(held->message_id, sizeof(held->message_id), "%.*s", (int)message->id.len,
		message->id.data);
}

const char *world_receive_for(
	struct world *world, const char *queue, int most, int64_t visibility_s)
{
	static struct view all = {"All", 3};
	struct wire_request request = to(WIRE_RECEIVE_MESSAGE, queue);
	const char *code;
	size_t at = 0;

	request.max_messages = most;
	request.visibility_s = visibility_s;
	request.attribute_names = (struct wire_views){&all, 1};
	request.message_attribute_names = (struct wire_views){&all, 1};
	code = world_ask(world, &request);
	if (*code)
		return code;
	if (world->call.reply.message_count == 0)
		return "(none)";
	for (size_t i = 0; i < world->call.reply.message_count; i++) {
		const struct wire_message *message = &world->call.reply.messages[i];

		hold(world, message);
		at += (size_t)snprintf(world->text + at, sizeof(world->text) - at,
			"%s%.*s", i ? " " : "", (int)message->body.len,
			message->body.data);
	}
	return world->text;
}

const char *world_receive(struct world *world, const char *queue, int most)
{
	return world_receive_for(world, queue, most, WIRE_ABSENT);
}

const char *world_system(struct world *world, const char *name)
{
	const struct wire_reply *reply = &world->call.reply;

	for (size_t i = 0; reply->message_count && i < reply->messages[0].system.count;
		i++) {
		const struct wire_pair *pair = &reply->messages[0].system.items[i];

		if (view_is(pair->name, name))
			return text_of(world, pair->value);
	}
	return "-";
}

const char *world_delete_handle(
	struct world *world, const char *queue, const char *handle)
{
	struct wire_entry entry = entry_of((struct view){0});

	entry.receipt_handle = view_of(handle);
	return ask_with_entry(world, to(WIRE_DELETE_MESSAGE, queue), &entry);
}

const char *world_delete(struct world *world, const char *queue, const char *body)
{
	return world_delete_handle(world, queue, world_held(world, body)->handle);
}

const char *world_delete_older(struct world *world, const char *queue, const char *body)
{
	return world_delete_handle(world, queue, world_held(world, body)->older);
}

const char *world_hide(
	struct world *world, const char *queue, const char *body, int64_t visibility_s)
{
	struct wire_entry entry = entry_of((struct view){0});

	entry.receipt_handle = view_of(world_held(world, body)->handle);
	entry.visibility_s = visibility_s;
	return ask_with_entry(world, to(WIRE_CHANGE_MESSAGE_VISIBILITY, queue), &entry);
}
