/* SPDX-License-Identifier: MIT */
/*
 * A request's way: the queue that it names is found and its counts are settled, then
 * the handler of its action answers. A handler checks first and changes afterwards, so
 * a refused request has changed nothing.
 */
#include "sqs/local/service.h"

#include <stdio.h>
#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "sqs/local/census.h"
#include "sqs/local/pick.h"
#include "sqs/local/turn.h"

enum { RETRY_MS = 1000 }; /* after a failed turn, for what nobody asked for */

struct action {
	enum service_verdict (*handle)(struct turn *);
	bool has_queue; /* names one, by QueueUrl or by the request's path */
	bool is_synced; /* what it changes must survive a power failure once answered */
};

static const struct action actions[] = {
	[WIRE_ADD_PERMISSION] = {do_add_permission, true, true},
	[WIRE_CANCEL_MESSAGE_MOVE_TASK] = {do_cancel_move_task, false, true},
	[WIRE_CHANGE_MESSAGE_VISIBILITY] = {do_change_visibility, true, false},
	[WIRE_CHANGE_MESSAGE_VISIBILITY_BATCH] = {do_change_visibility_batch, true,
		false},
	[WIRE_CREATE_QUEUE] = {do_create_queue, false, true},
	[WIRE_DELETE_MESSAGE] = {do_delete_message, true, true},
	[WIRE_DELETE_MESSAGE_BATCH] = {do_delete_message_batch, true, true},
	[WIRE_DELETE_QUEUE] = {do_delete_queue, true, true},
	[WIRE_GET_QUEUE_ATTRIBUTES] = {do_get_attributes, true, false},
	[WIRE_GET_QUEUE_URL] = {do_get_queue_url, false, false},
	[WIRE_LIST_DEAD_LETTER_SOURCE_QUEUES] = {do_list_dead_letter_sources, true,
		false},
	[WIRE_LIST_MESSAGE_MOVE_TASKS] = {do_list_move_tasks, false, false},
	[WIRE_LIST_QUEUES] = {do_list_queues, false, false},
	[WIRE_LIST_QUEUE_TAGS] = {do_list_tags, true, false},
	[WIRE_PURGE_QUEUE] = {do_purge_queue, true, true},
	[WIRE_RECEIVE_MESSAGE] = {do_receive, true, false},
	[WIRE_REMOVE_PERMISSION] = {do_remove_permission, true, true},
	[WIRE_SEND_MESSAGE] = {do_send, true, true},
	[WIRE_SEND_MESSAGE_BATCH] = {do_send_batch, true, true},
	[WIRE_SET_QUEUE_ATTRIBUTES] = {do_set_attributes, true, true},
	[WIRE_START_MESSAGE_MOVE_TASK] = {do_start_move_task, false, true},
	[WIRE_TAG_QUEUE] = {do_tag_queue, true, true},
	[WIRE_UNTAG_QUEUE] = {do_untag_queue, true, true},
};

_Static_assert(ARRAY_SIZE(actions) == WIRE_ACTION_COUNT, "an action has no handler");

/* ---- the service's life ---- */

/* Takes from the store what is kept in memory. */
static bool load(struct service *service)
{
	service->next_number = service->last_number = 0;
	service->tick_ms = 0;
	service->is_loaded = registry_load(&service->registry, service->store);
	if (!service->is_loaded)
		store_commit(service->store); /* forgets the failure; try again later */
	return service->is_loaded;
}

static bool copy_names(struct service *service, const struct service_options *options)
{
	service->endpoint = strdup(options->endpoint);
	service->region = strdup(options->region);
	service->account = strdup(options->account);
	return service->endpoint && service->region && service->account;
}

struct service *service_new(
	const struct service_options *options, char *why, size_t why_size)
{
	struct service *service = calloc(1, sizeof(*service));

	if (!service || !copy_names(service, options)) {
		snprintf(why, why_size, "no memory for the service");
		goto fail;
	}
	service->digester = digester_new();
	if (!service->digester) {
		snprintf(why, why_size, "libcrypto has no SHA-256");
		goto fail;
	}
	service->store =
		store_open(options->directory_fd, options->sync_normal, why, why_size);
	if (!service->store)
		goto fail;
	if (!load(service)) {
		snprintf(why, why_size, "the queues cannot be read: %s",
			store_fault(service->store));
		goto fail;
	}
	ids_init(&service->ids, options->seed,
		(uint64_t)store_number(service->store, 0,
			"SELECT value FROM meta WHERE name = 'next_number'"));
	return service;
fail:
	service_free(service);
	return NULL;
}

void service_free(struct service *service)
{
	if (!service)
		return;
	registry_finish(&service->registry);
	changes_finish(&service->changes);
	store_close(service->store);
	digester_free(service->digester);
	free(service->endpoint);
	free(service->region);
	free(service->account);
	free(service);
}

/* ---- turns ---- */

bool service_begin(struct service *service)
{
	return service->is_loaded || load(service);
}

bool service_commit(struct service *service)
{
	if (store_commit(service->store))
		return true;
	load(service);
	service->tick_ms = service->now_ms + RETRY_MS;
	return false;
}

void service_store_fault(
	struct service *service, struct arena *arena, struct wire_fault *fault)
{
	*fault = wire_fault_of(WIRE_INTERNAL_ERROR,
		arena_copy(arena, view_of(store_fault(service->store))));
}

/* ---- a request ---- */

/* By QueueUrl, whatever its host; a bare name will do; else by the path. */
static bool find_queue(struct turn *turn)
{
	struct view url = turn->request->queue_url;
	struct view name;

	if (url.len == 0)
		url = turn->call->path;
	name = limits_queue_name_of(url);
	if (name.len == 0) {
		refuse_missing(turn, "QueueUrl");
		return false;
	}
	turn->queue = registry_find(&turn->service->registry, name);
	if (!turn->queue) {
		if (limits_queue_name_is_valid(name))
			refuse(turn, WIRE_QUEUE_DOES_NOT_EXIST, NULL);
		else
			refuse(turn, WIRE_INVALID_ADDRESS,
				"The address %.*s is not valid for this endpoint.",
				(int)(url.len < 500 ? url.len : 500), url.data);
		return false;
	}
	census_settle(turn->queue, turn->store, turn->now_ms);
	return true;
}

static enum service_verdict answer(struct turn *turn, const struct action *action)
{
	if (action->has_queue && !find_queue(turn))
		return SERVICE_FAULT;
	return action->handle(turn);
}

/* Whether it had no memory to end what it may have begun. */
static bool is_half_done(const struct service_call *call, enum service_verdict verdict)
{
	enum wire_action action = call->request->action;

	if (!actions[action].is_synced && action != WIRE_RECEIVE_MESSAGE &&
		action != WIRE_CHANGE_MESSAGE_VISIBILITY &&
		action != WIRE_CHANGE_MESSAGE_VISIBILITY_BATCH)
		return false; /* it only asks */
	return call->arena->failed ||
	       (verdict == SERVICE_FAULT &&
		       wire_error_find_code(call->fault.code) == WIRE_INTERNAL_ERROR);
}

enum service_verdict service_execute(
	struct service *service, struct service_call *call, int64_t now_ms)
{
	const struct action *action = &actions[call->request->action];
	enum service_verdict verdict = SERVICE_FAULT;
	struct turn turn;

	service_see_time(service, now_ms);
	turn = (struct turn){
		.service = service,
		.store = service->store,
		.arena = call->arena,
		.request = call->request,
		.call = call,
		.reply = &call->reply,
		.now_ms = service->now_ms,
	};
	call->reply = (struct wire_reply){.action = call->request->action};
	service->executed[call->request->action]++;
	store_want(service->store, action->is_synced);
	if (service->is_loaded && !store_has_failed(service->store))
		verdict = answer(&turn, action);
	if (is_half_done(call, verdict))
		store_give_up(service->store);
	if (!service->is_loaded || store_has_failed(service->store)) {
		service_store_fault(service, call->arena, &call->fault);
		return SERVICE_FAULT;
	}
	if (call->arena->failed)
		return refuse(&turn, WIRE_INTERNAL_ERROR, NULL);
	return verdict;
}

int64_t service_receivable_at(struct service *service, int64_t queue, int64_t now_ms)
{
	struct queue *found = registry_find_id(&service->registry, queue);

	service_see_time(service, now_ms);
	if (!service->is_loaded || store_has_failed(service->store))
		return RULES_NEVER;
	if (!found)
		return service->now_ms;
	census_settle(found, service->store, service->now_ms);
	return pick_receivable_at(service->store, found);
}

size_t service_changed(const struct service *service)
{
	return service->changes.count;
}

int64_t service_next_changed(struct service *service)
{
	int64_t id = changes_take(&service->changes);
	struct queue *queue = registry_find_id(&service->registry, id);

	if (queue)
		queue->is_changed = false;
	return id;
}

int64_t service_tick_at(const struct service *service)
{
	return service->tick_ms;
}
