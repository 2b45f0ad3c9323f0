/* SPDX-License-Identifier: MIT */
#include "sqs/local/move_tasks.h"

#include "sqs/base/buf.h"
#include "sqs/base/text.h"
#include "sqs/local/census.h"
#include "sqs/local/pick.h"

enum {
	MOVES_AT_A_TIME = 100, /* in one tick */
	TASKS_KEPT = 10,       /* of a source, for listing */
};

struct task {
	int64_t id;
	struct view source;      /* the queue's name */
	struct view destination; /* an ARN; absent: to the sources */
	int64_t per_second;      /* 0: no limit */
	int64_t started_ms;
	int64_t moved;
};

/* ---- moving ---- */

static bool end_task(struct store *store, const struct task *task, const char *status,
	const char *failure)
{
	return store_run(store,
		"UPDATE move_tasks SET status = ?2, failure = ?3, moved = ?4 WHERE id = "
		"?1",
		number(task->id), text(view_of(status)), text(view_of(failure)),
		number(task->moved));
}

/* Where a message goes; NULL, and why, when nowhere. */
static struct queue *target_of(struct turn *turn, const struct task *task,
	const struct message *message, const char **failure)
{
	struct view arn = view_is_absent(task->destination) ? message->source_arn
							    : task->destination;
	struct queue *target;

	*failure = "CouldNotDetermineMessageSource";
	if (view_is_absent(arn))
		return NULL;
	*failure = "AWS.SimpleQueueService.NonExistentQueue";
	target = turn_queue_of_arn(turn, arn);
	return target && target->is_fifo == turn->queue->is_fifo ? target : NULL;
}

/* Moves up to ten. False when the task has ended. */
static bool move_some(struct turn *turn, struct task *task, size_t most)
{
	struct message messages[LIMITS_BATCH];
	size_t count = pick_messages(
		turn, PICK_TO_MOVE, most < LIMITS_BATCH ? most : LIMITS_BATCH, messages);

	for (size_t i = 0; i < count; i++) {
		const char *failure;
		struct queue *target = target_of(turn, task, &messages[i], &failure);

		if (!target) {
			end_task(turn->store, task, "FAILED", failure);
			return false;
		}
		if (!message_redrive(turn->service, turn->queue, target, &messages[i]))
			return false;
		task->moved++;
	}
	if (count == 0)
		end_task(turn->store, task, "COMPLETED", NULL);
	return count > 0;
}

/* Why the task cannot go on; NULL: it can. */
static const char *failure_of(const struct turn *turn, const struct task *task)
{
	if (rules_move_is_over(task->started_ms, turn->now_ms))
		return "TimeLimitExceeded";
	if (!turn->queue)
		return "AWS.SimpleQueueService.NonExistentQueue";
	return NULL;
}

/* When to go on with the task; RULES_NEVER when it has ended. */
static int64_t advance(struct turn *turn, struct task *task)
{
	int64_t allowed =
		rules_moves_allowed(task->started_ms, task->per_second, turn->now_ms);
	int64_t until = task->moved + MOVES_AT_A_TIME;
	const char *failure;

	turn->queue = registry_find(&turn->service->registry, task->source);
	failure = failure_of(turn, task);
	if (failure) {
		end_task(turn->store, task, "FAILED", failure);
		return RULES_NEVER;
	}
	census_settle(turn->queue, turn->store, turn->now_ms);
	if (until > allowed)
		until = allowed;
	while (task->moved < until) {
		if (!move_some(turn, task, (size_t)(until - task->moved)))
			return RULES_NEVER;
	}
	store_run(turn->store, "UPDATE move_tasks SET moved = ?2 WHERE id = ?1",
		number(task->id), number(task->moved));
	return task->moved < allowed ? turn->now_ms
				     : rules_next_move_ms(task->started_ms,
					       task->per_second, task->moved);
}

static bool next_running(struct turn *turn, int64_t after, struct task *out)
{
	struct rows *rows = store_query(turn->store,
		"SELECT id, source, destination_arn, per_second, started_ms, moved FROM "
		"move_tasks WHERE status = 'RUNNING' AND id > ?1 ORDER BY id LIMIT 1",
		number(after));
	bool found = rows_next(rows);

	if (found)
		*out = (struct task){
			.id = rows_number(rows, 0),
			.source = rows_copy(rows, 1, turn->arena),
			.destination = rows_copy(rows, 2, turn->arena),
			.per_second = rows_number(rows, 3),
			.started_ms = rows_number(rows, 4),
			.moved = rows_number(rows, 5),
		};
	rows_done(rows);
	return found;
}

int64_t move_tasks_advance(struct service *service)
{
	struct arena arena = {0};
	struct turn turn = {.service = service,
		.store = service->store,
		.arena = &arena,
		.now_ms = service->now_ms};
	int64_t next_ms = RULES_NEVER;
	struct task task = {0};

	while (next_running(&turn, task.id, &task)) {
		int64_t due_ms = advance(&turn, &task);

		if (due_ms < next_ms)
			next_ms = due_ms;
		arena_finish(&arena);
	}
	arena_finish(&arena);
	return next_ms;
}

bool move_tasks_forget(struct service *service, struct view source)
{
	return store_run(
		service->store, "DELETE FROM move_tasks WHERE source = ?1", text(source));
}

/* ---- handles: base64 of {"taskId": ..., "sourceArn": ...} ---- */

static struct view handle_of(struct turn *turn, struct view task_id, struct view source)
{
	AUTO(buf) struct buf handle = BUF_INIT(2000);
	struct view arn = turn_arn_of(turn, source);
	struct view json =
		arena_format(turn->arena, "{\"taskId\":\"%.*s\",\"sourceArn\":\"%.*s\"}",
			(int)task_id.len, task_id.data, (int)arn.len, arn.data);

	base64_encode(&handle, json);
	return arena_copy(turn->arena, buf_view(&handle));
}

/* The task id of a handle; absent for what is none. */
static struct view task_id_of(struct turn *turn, struct view handle)
{
	AUTO(buf) struct buf json = BUF_INIT(2000);
	struct view task_id = {0};
	struct rows *rows;

	if (!base64_decode(&json, handle) || json.len == 0)
		return task_id;
	rows = store_query(turn->store,
		"SELECT CASE WHEN json_valid(?1) THEN json_extract(?1, '$.taskId') END",
		text(buf_view(&json)));
	if (rows_next(rows))
		task_id = rows_copy(rows, 0, turn->arena);
	rows_done(rows);
	return task_id;
}

/* ---- actions ---- */

static struct queue *named_queue(
	struct turn *turn, struct view arn, const char *parameter)
{
	struct queue *queue = turn_queue_of_arn(turn, arn);

	if (!queue)
		refuse(turn, WIRE_RESOURCE_NOT_FOUND,
			"The resource that you specified for the %s parameter doesn't "
			"exist.",
			parameter);
	return queue;
}

static bool is_dead_letter_queue(struct turn *turn, const struct queue *queue)
{
	const struct registry *registry = &turn->service->registry;

	for (size_t i = 0; i < registry->count; i++) {
		const char *target = registry->by_id[i]->settings.dead_letters;

		if (target && strcmp(target, queue->name) == 0)
			return true;
	}
	return false;
}

static bool destination_is_good(struct turn *turn, const struct queue *source)
{
	struct view arn = turn->request->destination_arn;
	struct queue *target;

	if (view_is_absent(arn))
		return true;
	target = named_queue(turn, arn, "DestinationArn");
	if (!target)
		return false;
	if (target != source && target->is_fifo == source->is_fifo)
		return true;
	refuse_value(turn, arn, "DestinationArn",
		"It must be another queue than the source, and of the same type.");
	return false;
}

/* The error that goes with the limit of an account is not documented. */
static bool has_room_for_task(struct turn *turn)
{
	if (store_number(turn->store, 0,
		    "SELECT count(*) FROM move_tasks WHERE status = ?1",
		    text(VIEW_LITERAL("RUNNING"))) < RULES_MOVE_TASKS)
		return true;
	refuse(turn, WIRE_OVER_LIMIT,
		"%d message movement tasks are active: that is the most an account may "
		"have.",
		RULES_MOVE_TASKS);
	return false;
}

static bool may_start(struct turn *turn, struct queue *source)
{
	if (!is_dead_letter_queue(turn, source)) {
		refuse(turn, WIRE_INVALID_PARAMETER_VALUE,
			"Source queue must be configured as a Dead Letter Queue.");
		return false;
	}
	if (store_number(turn->store, 0,
		    "SELECT 1 FROM move_tasks WHERE source = ?1 AND status = 'RUNNING'",
		    text(view_of(source->name)))) {
		refuse(turn, WIRE_INVALID_PARAMETER_VALUE,
			"There is already a task running. Only one active task is "
			"allowed for a source queue arn at a given time.");
		return false;
	}
	return destination_is_good(turn, source) && has_room_for_task(turn);
}

/* Only the latest tasks of a source are kept. */
static bool forget_old(struct turn *turn, struct view source)
{
	return store_run(turn->store,
		"DELETE FROM move_tasks WHERE source = ?1 AND id NOT IN (SELECT id FROM "
		"move_tasks WHERE source = ?1 ORDER BY id DESC LIMIT ?2)",
		text(source), number(TASKS_KEPT));
}

enum service_verdict do_start_move_task(struct turn *turn)
{
	const struct wire_request *request = turn->request;
	char task_id[UUID_TEXT];
	struct queue *source;

	if (view_is_absent(request->source_arn))
		return refuse_missing(turn, "SourceArn");
	if (!turn_number_is_good(
		    turn, LIMITS_MESSAGES_PER_SECOND, request->max_per_second))
		return SERVICE_FAULT;
	source = named_queue(turn, request->source_arn, "SourceArn");
	if (!source || !may_start(turn, source))
		return SERVICE_FAULT;
	ids_uuid(&turn->service->ids, task_id);
	if (store_run(turn->store,
		    "INSERT INTO move_tasks(task_id, source, destination_arn, "
		    "per_second, status, started_ms, to_move) "
		    "VALUES(?1, ?2, ?3, ?4, 'RUNNING', ?5, ?6)",
		    text(view_of(task_id)), text(view_of(source->name)),
		    text(request->destination_arn),
		    number_or_null(request->max_per_second, WIRE_ABSENT),
		    number(turn->now_ms), number(census_visible(&source->census))))
		forget_old(turn, view_of(source->name));
	service_tick_by(turn->service, turn->now_ms);
	turn->reply->task_handle =
		handle_of(turn, view_of(task_id), view_of(source->name));
	return SERVICE_REPLY;
}

enum service_verdict do_cancel_move_task(struct turn *turn)
{
	struct view task_id;
	struct rows *rows;
	bool found, running;
	struct task task = {0};

	if (view_is_absent(turn->request->task_handle))
		return refuse_missing(turn, "TaskHandle");
	task_id = task_id_of(turn, turn->request->task_handle);
	if (view_is_absent(task_id))
		return refuse(turn, WIRE_INVALID_PARAMETER_VALUE,
			"Value for parameter TaskHandle is invalid.");
	rows = store_query(turn->store,
		"SELECT id, moved, status = 'RUNNING' FROM move_tasks WHERE task_id = "
		"?1",
		text(task_id));
	found = rows_next(rows);
	running = found && rows_number(rows, 2);
	if (found) {
		task.id = rows_number(rows, 0);
		task.moved = rows_number(rows, 1);
	}
	rows_done(rows);
	if (!found)
		return refuse(turn, WIRE_RESOURCE_NOT_FOUND, "Task does not exist.");
	if (!running)
		return refuse(turn, WIRE_UNSUPPORTED_OPERATION,
			"Only active tasks can be cancelled.");
	end_task(turn->store, &task, "CANCELLED", NULL);
	turn->reply->moved = task.moved;
	return SERVICE_REPLY;
}

static struct wire_move_task read_listed(
	struct turn *turn, struct rows *rows, struct view source)
{
	struct view status = rows_copy(rows, 1, turn->arena);

	return (struct wire_move_task){
		.handle =
			view_is(status, "RUNNING")
				? handle_of(turn, rows_copy(rows, 0, turn->arena), source)
				: (struct view){0},
		.status = status,
		.source_arn = turn_arn_of(turn, source),
		.destination_arn = rows_copy(rows, 2, turn->arena),
		.failure_reason = rows_copy(rows, 3, turn->arena),
		.moved = rows_number(rows, 4),
		.to_move = rows_number(rows, 5),
		.per_second = rows_is_null(rows, 6) ? WIRE_ABSENT : rows_number(rows, 6),
		.started_ms = rows_number(rows, 7),
	};
}

enum service_verdict do_list_move_tasks(struct turn *turn)
{
	int64_t most = turn_number(LIMITS_MAX_TASKS, turn->request->max_results);
	struct wire_reply *reply = turn->reply;
	struct queue *source;
	struct rows *rows;

	if (view_is_absent(turn->request->source_arn))
		return refuse_missing(turn, "SourceArn");
	if (!turn_number_is_good(turn, LIMITS_MAX_TASKS, turn->request->max_results))
		return SERVICE_FAULT;
	source = named_queue(turn, turn->request->source_arn, "SourceArn");
	if (!source)
		return SERVICE_FAULT;
	reply->tasks = arena_array(turn->arena, (size_t)most, sizeof(*reply->tasks));
	rows = store_query(turn->store,
		"SELECT task_id, status, destination_arn, failure, moved, to_move, "
		"per_second, started_ms FROM move_tasks WHERE source = ?1 "
		"ORDER BY id DESC LIMIT ?2",
		text(view_of(source->name)), number(most));
	while (reply->tasks && rows_next(rows))
		reply->tasks[reply->task_count++] =
			read_listed(turn, rows, view_of(source->name));
	rows_done(rows);
	return SERVICE_REPLY;
}
