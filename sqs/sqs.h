/* SPDX-License-Identifier: MIT */
/*
 * An asynchronous client for Amazon SQS.
 *
 * An operation is made, then started:
 *
 *	op = sqs_send_new(client, &args, on_sent, draft);
 *	sqs_start(op);
 *
 * Starting gives the operation to the client. Its completion is called exactly
 * once, on the client's thread, with no lock held, and never from inside
 * sqs_start(). The operation and its result are freed when the completion
 * returns: copy or take what must outlive it. A completion may start other
 * operations; it must not wait for one.
 *
 * What waits together travels together: sends, deletes and visibility changes
 * of one queue are put into batches of up to 10, and all who wait for a message
 * of one queue share its long polls. Nobody has to ask for that.
 *
 * Texts given to a *_new() are copied. Bodies and the values of message
 * attributes are not: they must stay as they are until the completion.
 * A *_new() returns NULL when there is no memory.
 *
 * Any thread may call any function here.
 */
#ifndef SQS_SQS_H
#define SQS_SQS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqs_client; /* thread-safe */
struct sqs_op;     /* the caller's until started, the client's from then on */

/*
 * What can go wrong, as far as a caller can act on it. The service has some
 * sixty codes (sqs/wire/error.h); each maps to one of these.
 */
enum sqs_error {
	SQS_OK,
	SQS_CANCELLED,  /* sqs_cancel(), or the client is going away */
	SQS_NO_MESSAGE, /* a receive found none in its time, and was answered */
	SQS_NO_MEMORY,
	SQS_NO_SUCH_QUEUE,
	SQS_QUEUE_EXISTS,  /* with other attributes */
	SQS_BUSY,          /* deleted or purged less than 60 seconds ago */
	SQS_RECEIPT_STALE, /* the receipt handle is dead */
	SQS_TOO_MANY_IN_FLIGHT,
	SQS_BAD_CONTENT, /* characters that no message can carry */
	SQS_TOO_LARGE,
	SQS_INVALID, /* the service refused a parameter */
	SQS_NO_SUCH_ATTRIBUTE,
	SQS_UNSUPPORTED,
	SQS_NOT_FOUND,       /* a resource other than a queue */
	SQS_DENIED,          /* known to the service, but not allowed */
	SQS_NO_CREDENTIALS,  /* none were found on this machine */
	SQS_BAD_CREDENTIALS, /* the service does not accept them */
	SQS_CREDENTIALS_EXPIRED,
	SQS_KEY_UNAVAILABLE, /* the queue's KMS key */
	SQS_THROTTLED,       /* after the retries */
	SQS_UNREACHABLE,     /* name, route or connection refused */
	SQS_INSECURE,        /* TLS could not be established */
	SQS_TIMED_OUT,
	SQS_BAD_REPLY,      /* not a reply of this protocol */
	SQS_BAD_DIGEST,     /* what arrived is not what was sent */
	SQS_SERVICE_FAILED, /* the service says that it is at fault */
	SQS_ERROR_COUNT
};

/* "no such queue": a few plain words. Never NULL. */
const char *sqs_error_text(enum sqs_error error);

/* An error with the service's own words. All texts are NUL-terminated and never NULL. */
struct sqs_failure {
	enum sqs_error error;
	char code[80]; /* the service's code, e.g. AWS.SimpleQueueService.NonExistentQueue
			*/
	char message[400]; /* its message, or ours where the service was not reached */
	char request_id[80];
};

/* -------------------------------------------------------------------------------------
 * The client
 */

/*
 * Where the service is and who speaks to it. NULL and 0 mean "as the AWS SDKs
 * find it": environment, then the profile's files, then the default.
 * The texts need to live only until sqs_client_new() returns.
 */
struct sqs_config {
	const char
		*endpoint; /* http(s)://HOST[:PORT]; then no region is looked up for it */
	const char *
		unix_socket; /* path of the socket that is connected to instead of HOST */
	const char *region;
	const char *profile;
	bool anonymous;           /* requests are not signed */
	bool insecure;            /* allows http to more than loopback and Unix sockets */
	int64_t (*wall_ms)(void); /* the clock for signatures; NULL is the machine's */
	/* Numbers in [0, 1) for back-off; NULL is the machine's. */
	double (*random)(void);
};

/*
 * Starts a client and its one thread. NULL, and why, when the configuration does
 * not make sense or no credentials are found; nothing is asked of the network.
 */
struct sqs_client *sqs_client_new(
	const struct sqs_config *config, struct sqs_failure *why);

/*
 * Waits at most drain_ms for what was started, except receives, which are
 * cancelled at once; cancels the rest; waits for every completion; frees.
 * Not to be called from a completion. NULL is allowed.
 */
void sqs_client_free(struct sqs_client *client, int64_t drain_ms);

/* What was found: for one line at mount, and for tests. They live as long as the client.
 */
const char *sqs_client_endpoint(const struct sqs_client *client);
const char *sqs_client_region(const struct sqs_client *client);
/* Whether the region is the default because nothing named one. */
bool sqs_client_region_is_default(const struct sqs_client *client);

/* Counters since the client began. */
struct sqs_counters {
	uint64_t requests; /* HTTP requests sent, attempts included */
	uint64_t retries;
	uint64_t failures; /* attempts that failed */
	uint64_t sent;     /* messages that the service accepted */
	uint64_t received;
	uint64_t deleted;
	uint64_t returned;  /* received for nobody, made visible again */
	uint64_t in_flight; /* requests, now */
};

void sqs_client_counters(struct sqs_client *client, struct sqs_counters *out);

/* -------------------------------------------------------------------------------------
 * Messages
 */

struct sqs_pair {
	const char *name;
	const char *value;
};

/* A message attribute. A type that begins with "Binary" has bytes, any other a text. */
struct sqs_attribute {
	const char *name;
	const char *type; /* String, Number, Binary, with ".label" */
	const void *value;
	size_t len;
};

/* A received message. Read-only; one block of memory. */
struct sqs_message {
	const char *id;
	const char *receipt_handle;
	const char *body; /* NUL behind its end */
	size_t body_len;
	const struct sqs_pair *system; /* SentTimestamp, ApproximateReceiveCount, ... */
	size_t system_count;
	const struct sqs_attribute *attributes;
	size_t attribute_count;
	/*
	 * CLOCK_BOOTTIME, no later than when the service made it invisible: leases count
	 * from here. That is when the request was sent, or, for a long poll, a few round
	 * trips (250 ms at least) before its answer came.
	 */
	int64_t taken_at_ms;
};

/* The value of a system attribute; NULL when the message has none of that name. */
const char *sqs_message_system(const struct sqs_message *message, const char *name);

/* Frees a message that was taken from a result. NULL is allowed. */
void sqs_message_free(struct sqs_message *message);

/* -------------------------------------------------------------------------------------
 * Operations
 */

/* What a completion is told. Which fields are set depends on the operation; the rest is
 * zero. */
struct sqs_result {
	enum sqs_error error;              /* the same as failure->error */
	const struct sqs_failure *failure; /* never NULL */

	const char *queue_url;   /* create, get URL */
	const char *const *urls; /* list queues, list dead-letter sources: all pages */
	size_t url_count;
	const struct sqs_pair *pairs; /* get attributes; list tags */
	size_t pair_count;

	const char *message_id;      /* send */
	const char *sequence_number; /* send, FIFO; else NULL */

	struct sqs_message **messages; /* receive: set an element to NULL to take it */
	size_t message_count;

	const char *task_handle;           /* start move task */
	const struct sqs_move_task *tasks; /* list move tasks */
	size_t task_count;
	int64_t moved; /* cancel move task */
};

typedef void sqs_done_fn(void *arg, const struct sqs_result *result);

void sqs_start(struct sqs_op *op);

/*
 * Starts operations of one client together: sends, deletes and changes of one queue
 * among them share requests from the first on, whatever the threads are doing.
 */
void sqs_start_all(struct sqs_op *const *ops, size_t count);

/*
 * Asks for SQS_CANCELLED, soon; a send, delete or change that has left is not
 * recalled and completes with its outcome. A message that arrives for a cancelled
 * receive goes to another one of its queue or back to the queue. May be called
 * before or after sqs_start(), until the operation's completion returns.
 */
void sqs_cancel(struct sqs_op *op);

/* Frees an operation that was not started. NULL is allowed. */
void sqs_op_free(struct sqs_op *op);

/*
 * Bounds the whole operation, retries included, counted from sqs_start(); before
 * sqs_start() only. Without it: 30 seconds, and for receives their wait, and two
 * seconds more where the answer to their poll is late.
 */
void sqs_op_set_timeout(struct sqs_op *op, int64_t timeout_ms);

/* SendMessage. */
struct sqs_send {
	const char *queue_url;
	const char *body; /* borrowed until the completion */
	size_t body_len;
	const struct sqs_attribute
		*attributes; /* names and types copied, values borrowed */
	size_t attribute_count;
	const char *group_id; /* NULL: none */
	const char *dedup_id; /* NULL: none. Made before the first attempt, so that
				 retries send once */
	int delay_s;          /* -1: the queue's own */
	/*
	 * Whether others may be about to send to this queue: then this one may wait
	 * for them for a tenth of the measured round trip, 1 ms at most.
	 */
	bool expects_company;
};

/* Messages of one queue with one group_id leave in the order of sqs_start() if the queue
 * is FIFO. */
struct sqs_op *sqs_send_new(struct sqs_client *client, const struct sqs_send *args,
	sqs_done_fn *done, void *arg);

/* ReceiveMessage. */
struct sqs_receive {
	const char *queue_url;
	int max_messages; /* 1..10; it completes with at least one */
	int64_t wait_ms;  /* 0: one short poll of its own; INT64_MAX: for ever */
	int visibility_s; /* -1: the queue's own */
	/* Whether others may be about to receive: on a busy machine they share requests.
	 */
	bool expects_company;
};

struct sqs_op *sqs_receive_new(struct sqs_client *client, const struct sqs_receive *args,
	sqs_done_fn *done, void *arg);

struct sqs_op *sqs_delete_message_new(struct sqs_client *client, const char *queue_url,
	const char *receipt_handle, sqs_done_fn *done, void *arg);

/* visibility_s: 0..43200 from when the service takes it. */
struct sqs_op *sqs_change_visibility_new(struct sqs_client *client, const char *queue_url,
	const char *receipt_handle, int visibility_s, sqs_done_fn *done, void *arg);

struct sqs_op *sqs_create_queue_new(struct sqs_client *client, const char *name,
	const struct sqs_pair *attributes, size_t attribute_count, sqs_done_fn *done,
	void *arg);

/* A queue that is gone already counts as deleted on a retry. */
struct sqs_op *sqs_delete_queue_new(
	struct sqs_client *client, const char *queue_url, sqs_done_fn *done, void *arg);

/* All pages. `prefix` may be NULL. */
struct sqs_op *sqs_list_queues_new(
	struct sqs_client *client, const char *prefix, sqs_done_fn *done, void *arg);

/* `owner` is an account, or NULL. */
struct sqs_op *sqs_get_queue_url_new(struct sqs_client *client, const char *name,
	const char *owner, sqs_done_fn *done, void *arg);

/* `names` may be NULL: all. */
struct sqs_op *sqs_get_attributes_new(struct sqs_client *client, const char *queue_url,
	const char *const *names, size_t name_count, sqs_done_fn *done, void *arg);

struct sqs_op *sqs_set_attributes_new(struct sqs_client *client, const char *queue_url,
	const struct sqs_pair *attributes, size_t attribute_count, sqs_done_fn *done,
	void *arg);

struct sqs_op *sqs_purge_queue_new(
	struct sqs_client *client, const char *queue_url, sqs_done_fn *done, void *arg);

struct sqs_op *sqs_list_tags_new(
	struct sqs_client *client, const char *queue_url, sqs_done_fn *done, void *arg);
struct sqs_op *sqs_tag_queue_new(struct sqs_client *client, const char *queue_url,
	const struct sqs_pair *tags, size_t tag_count, sqs_done_fn *done, void *arg);
struct sqs_op *sqs_untag_queue_new(struct sqs_client *client, const char *queue_url,
	const char *const *keys, size_t key_count, sqs_done_fn *done, void *arg);

struct sqs_op *sqs_add_permission_new(struct sqs_client *client, const char *queue_url,
	const char *label, const char *const *accounts, size_t account_count,
	const char *const *actions, size_t action_count, sqs_done_fn *done, void *arg);
struct sqs_op *sqs_remove_permission_new(struct sqs_client *client, const char *queue_url,
	const char *label, sqs_done_fn *done, void *arg);

/* The queues whose dead-letter queue this is: all pages. */
struct sqs_op *sqs_list_dead_letter_sources_new(
	struct sqs_client *client, const char *queue_url, sqs_done_fn *done, void *arg);

struct sqs_move_task {
	const char *handle; /* NULL unless it runs */
	const char *status; /* RUNNING, COMPLETED, CANCELLING, CANCELLED, FAILED */
	const char *source_arn;
	const char *destination_arn; /* NULL: back to where each came from */
	const char *failure_reason;  /* NULL: none */
	int64_t moved;
	int64_t to_move;    /* -1: not told */
	int64_t per_second; /* -1: not told */
	int64_t started_ms; /* since 1970 */
};

/* `destination_arn` may be NULL; per_second -1 is the service's choice. */
struct sqs_op *sqs_start_move_task_new(struct sqs_client *client, const char *source_arn,
	const char *destination_arn, int per_second, sqs_done_fn *done, void *arg);
struct sqs_op *sqs_cancel_move_task_new(
	struct sqs_client *client, const char *task_handle, sqs_done_fn *done, void *arg);
struct sqs_op *sqs_list_move_tasks_new(
	struct sqs_client *client, const char *source_arn, sqs_done_fn *done, void *arg);

/* -------------------------------------------------------------------------------------
 * Rules of the service that a caller can check without asking it
 */

enum {
	SQS_BATCH = 10,                 /* messages in a request */
	SQS_LEAST_MESSAGE_LIMIT = 1024, /* no MaximumMessageSize is smaller */
	SQS_LARGEST_MESSAGE = 1048576,
	SQS_ATTRIBUTES = 10, /* of a message */
	SQS_LONGEST_WAIT_S = 20,
	SQS_LONGEST_VISIBILITY_S = 43200,
	SQS_LONGEST_DELAY_S = 900,
	SQS_LONGEST_QUEUE_NAME = 80,
};

/* 1..80 of [A-Za-z0-9_-], for a FIFO queue with .fifo at the end, which counts. */
bool sqs_queue_name_is_valid(const char *name);
bool sqs_queue_is_fifo(const char *name_or_url);

/* 1..128 printable ASCII characters without space: group, deduplication and attempt ids.
 */
bool sqs_id_is_valid(const char *id);

/* Name, type and value as SendMessage takes them; *why, if given, is a constant text that
 * says what is wrong. */
bool sqs_attribute_is_valid(const struct sqs_attribute *attribute, const char **why);

/* What MaximumMessageSize counts: body, and names, types and values of the attributes. */
size_t sqs_message_size(
	size_t body_len, const struct sqs_attribute *attributes, size_t attribute_count);

/* The last part of a queue's URL; points into it. */
const char *sqs_queue_name_of(const char *queue_url);

#endif
