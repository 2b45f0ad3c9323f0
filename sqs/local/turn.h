/* SPDX-License-Identifier: MIT */
/*
 * The state of the service, and one request while it is being executed. Seen by the
 * handlers of actions; nobody outside this directory includes it.
 */
#ifndef SQS_LOCAL_TURN_H
#define SQS_LOCAL_TURN_H

#include "sqs/local/changes.h"
#include "sqs/local/ids.h"
#include "sqs/local/registry.h"
#include "sqs/local/service.h"
#include "sqs/local/store.h"
#include "sqs/wire/digest.h"
#include "sqs/wire/error.h"

struct service {
	struct store *store;
	struct registry registry;
	struct ids ids;
	struct digester *digester;
	char *endpoint;
	char *region;
	char *account;
	/* Numbers of messages, boxes and places in FIFO order, taken from the store a
	 * thousand at a time. */
	int64_t next_number;
	int64_t last_number;
	int64_t now_ms;
	int64_t tick_ms;        /* when sweep has work */
	bool is_loaded;         /* the registry is what the store has */
	struct changes changes; /* queues that the server has not asked about since */
	uint64_t executed[WIRE_ACTION_COUNT];
	uint64_t refused;
	uint64_t expired;
	uint64_t dead_letters;
};

struct turn {
	struct service *service;
	struct store *store;
	struct arena *arena;
	const struct wire_request *request;
	struct service_call *call;
	struct wire_reply *reply;
	struct queue *queue; /* settled; NULL where the action names none */
	int64_t now_ms;
};

/* The clock of the service follows that of its caller. A few seconds back it stands
 * still; further back it follows, and everything is counted anew. */
void service_see_time(struct service *service, int64_t now_ms);

/* The next tick is then, or earlier. */
void service_tick_by(struct service *service, int64_t at_ms);

/* Something may be receivable of this queue that was not. Without memory who waits for it
 * is served when its time is up. */
void service_note_change(struct service *service, struct queue *queue);

/* A number that no message, box or place of this store has had. 0 when the store fails.
 */
int64_t service_number(struct service *service);

/* Why an entry of a batch, or a whole request, is refused. */
struct refusal {
	enum wire_error error;
	struct view message; /* absent: the catalogue's */
};

/* Fills in the fault; for `return refuse(turn, WIRE_..., "...")`. A NULL format leaves
 * the text to the catalogue. */
enum service_verdict refuse(struct turn *turn, enum wire_error error, const char *format,
	...) __attribute__((format(printf, 3, 4)));
enum service_verdict refuse_as(struct turn *turn, const struct refusal *refusal);

/* A message quotes what the request said; bytes that no reply can carry become '?'. */
struct view turn_carried(struct turn *turn, struct view message);

/* "Value V for parameter P is invalid. Reason: R" */
enum service_verdict refuse_value(
	struct turn *turn, struct view value, const char *parameter, const char *reason);

/* "The request must contain the parameter P." */
enum service_verdict refuse_missing(struct turn *turn, const char *parameter);

/* A number parameter that is given and out of its range fills in the fault. */
bool turn_number_is_good(
	struct turn *turn, enum limits_parameter parameter, int64_t value);

/* What a row of limits_parameter() gives where the request does not. */
int64_t turn_number(enum limits_parameter parameter, int64_t value);

/* ENDPOINT/ACCOUNT/NAME, in the arena. */
struct view turn_url_of(struct turn *turn, const struct queue *queue);

/* arn:aws:sqs:REGION:ACCOUNT:NAME, in the arena. */
struct view turn_arn_of(struct turn *turn, struct view queue_name);

/* The queue of an ARN of this region and account; NULL when there is none. Settled. */
struct queue *turn_queue_of_arn(struct turn *turn, struct view arn);

/* One entry of wire_reply.done, for the single forms. */
struct wire_done *turn_done(struct turn *turn);

/*
 * Pages of names. The token is the last name of the page before; false, and a fault,
 * for one that no page gave out.
 */
bool turn_page_start(struct turn *turn, struct view *after);
struct view turn_page_token(struct turn *turn, struct view last_name);

/* The handlers, one an action. */
enum service_verdict do_add_permission(struct turn *turn);
enum service_verdict do_cancel_move_task(struct turn *turn);
enum service_verdict do_change_visibility(struct turn *turn);
enum service_verdict do_change_visibility_batch(struct turn *turn);
enum service_verdict do_create_queue(struct turn *turn);
enum service_verdict do_delete_message(struct turn *turn);
enum service_verdict do_delete_message_batch(struct turn *turn);
enum service_verdict do_delete_queue(struct turn *turn);
enum service_verdict do_get_attributes(struct turn *turn);
enum service_verdict do_get_queue_url(struct turn *turn);
enum service_verdict do_list_dead_letter_sources(struct turn *turn);
enum service_verdict do_list_move_tasks(struct turn *turn);
enum service_verdict do_list_queues(struct turn *turn);
enum service_verdict do_list_tags(struct turn *turn);
enum service_verdict do_purge_queue(struct turn *turn);
enum service_verdict do_receive(struct turn *turn);
enum service_verdict do_remove_permission(struct turn *turn);
enum service_verdict do_send(struct turn *turn);
enum service_verdict do_send_batch(struct turn *turn);
enum service_verdict do_set_attributes(struct turn *turn);
enum service_verdict do_start_move_task(struct turn *turn);
enum service_verdict do_tag_queue(struct turn *turn);
enum service_verdict do_untag_queue(struct turn *turn);

#endif
