/* SPDX-License-Identifier: MIT */
#include "fs/line_batch.h"

#include <errno.h>
#include <stdlib.h>

#include "fs/call.h"
#include "fs/encoding.h"
#include "fs/errno.h"
#include "fs/failure.h"
#include "fs/line_kept.h"
#include "fs/options.h"
#include "fs/writer.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/base/log.h"

/* Lines under way at once: enough to fill many requests, not all of a megabyte's. */
enum { WINDOW = 64 * SQS_BATCH, LOOK_EVERY_MS = 1000 };

/* One line under way. */
struct line {
	struct line_batch *batch;
	struct view text; /* in the batch's bytes */
	struct encoded encoded;
	char dedup_id[LINE_DEDUP_ID_SIZE]; /* empty: none */
};

/* A node that has no name: its timer may fire after all is answered. */
struct line_batch {
	struct node node;
	struct queue *queue;  /* a reference */
	struct timer watch;   /* looks at a process that was interrupted, or exits */
	int64_t answer_by_ms; /* INT64_MAX: when all are answered for */
	char *bytes;
	const char *earlier_end;  /* before this they are of earlier writes */
	size_t written;           /* for the answer */
	struct line_rest *source; /* lock: lives as long as `req` is not answered */
	uint64_t from;            /* what this write has left in its source, as bytes */
	uint64_t to;              /* of the file */
	fuse_req_t req;           /* lock: NULL once it is answered */
	struct view rest;         /* lock: what was not started yet */
	size_t to_start;          /* lock */
	size_t under_way;         /* lock */
	bool is_starting; /* lock: one starts lines, so that they leave in order */
	int error;        /* lock: the first */
};

/* -------------------------------------------------------------------------------------
 * Lines
 */

/* Takes a line, without its newline; the rest where there is none. */
static struct view take_line(struct view *rest)
{
	const char *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
	size_t len = end ? (size_t)(end - rest->data) : rest->len;
	struct view line = {rest->data, len};

	len += end != NULL;
	*rest = (struct view){rest->data + len, rest->len - len};
	return line;
}

struct line_cut line_cut(struct view bytes, size_t multiple)
{
	struct line_cut cut = {0, 0};
	struct view rest = bytes;
	size_t count = 0;

	while (rest.len && memchr(rest.data, '\n', rest.len)) {
		if (take_line(&rest).len == 0)
			continue;
		count++;
		if (count % multiple == 0)
			cut = (struct line_cut){count, bytes.len - rest.len};
	}
	return cut;
}

/* Everything, its last line perhaps without a newline. */
static struct line_cut cut_all(struct view bytes)
{
	struct line_cut cut = line_cut(bytes, 1);

	if (cut.len == bytes.len)
		return cut;
	cut.count += bytes.data[bytes.len - 1] != '\n';
	cut.len = bytes.len;
	return cut;
}

static void take_out_locked(struct line_rest *rest, size_t len)
{
	struct buf *bytes = &rest->bytes;

	if (len == 0)
		return;
	memmove(bytes->data, bytes->data + len, bytes->len - len);
	bytes->len -= len;
	rest->sent += len;
}

/* Empties these lines, so that those behind them stay where they are. */
static void wipe_locked(struct line_rest *rest, uint64_t from, uint64_t to)
{
	if (from < rest->sent)
		from = rest->sent; /* another write has taken them */
	if (from < to)
		memset(rest->bytes.data + (from - rest->sent), '\n', to - from);
}

/* -------------------------------------------------------------------------------------
 * Answers
 */

static void answer(fuse_req_t req, size_t size, int error)
{
	call_end(req);
	if (error)
		/* The size of one line, as write(2) has it. */
		fuse_reply_err(req, error == EMSGSIZE ? EFBIG : error);
	else if (size)
		fuse_reply_write(req, size);
	else
		fuse_reply_err(req, 0);
}

static void on_interrupt(fuse_req_t req, void *arg)
{
	struct line_batch *batch = arg;
	struct mount *mount = batch->node.mount;

	(void)req;
	mount_lock(mount);
	timer_set_locked(&batch->watch, 0);
	mount_unlock(mount);
}

/* Its request, to be answered: nothing of a write that failed waits to be sent. */
static fuse_req_t take_request_locked(struct line_batch *batch, int error)
{
	if (batch->req && error)
		wipe_locked(batch->source, batch->from, batch->to);
	return TAKE(batch->req);
}

/* Whether its request waits no longer, and with which answer. */
static bool gives_up_locked(struct line_batch *batch, int *error)
{
	*error = 0;
	if (clock_boot_ms() >= batch->answer_by_ms)
		return true;
	if (!writer_is_dying(fuse_req_ctx(batch->req)->pid))
		return false;
	batch->to_start = 0;
	*error = EINTR;
	return true;
}

static void watch_again_locked(struct line_batch *batch)
{
	int64_t look_ms = clock_boot_ms() + LOOK_EVERY_MS;

	timer_set_locked(&batch->watch,
		look_ms < batch->answer_by_ms ? look_ms : batch->answer_by_ms);
}

static void on_watch(struct timer *timer)
{
	struct line_batch *batch = list_entry(timer, struct line_batch, watch);
	struct mount *mount = timer->node->mount;
	fuse_req_t req = NULL;
	int error = 0;

	mount_lock(mount);
	if (batch->req && gives_up_locked(batch, &error))
		req = take_request_locked(batch, error);
	else if (batch->req)
		watch_again_locked(batch);
	mount_unlock(mount);
	if (req)
		answer(req, 0, error);
}

/* -------------------------------------------------------------------------------------
 * Sending
 */

static void start_lines(struct line_batch *batch);

/* Its writer was told that it is written, and may be gone. */
static void keep_if_written(
	const struct line_batch *batch, struct view text, const char *dedup_id)
{
	if (text.len && text.data < batch->earlier_end)
		line_keep(batch->queue, text, dedup_id);
}

/* What was not started, when another failed or its process died. The batch is over:
 * nobody else looks. */
static void keep_rest(struct line_batch *batch)
{
	while (batch->rest.len)
		keep_if_written(batch, take_line(&batch->rest), "");
}

static void log_failure(const struct line_batch *batch, const struct sqs_failure *failure)
{
	char line[FAILURE_SIZE];

	log_warning("send", "%s/.sqs/lines: %s", batch->queue->name,
		failure_advice(failure, line));
}

/* One line is over: starts more, or answers when it was the last. */
static void line_over(struct line_batch *batch, int error)
{
	struct mount *mount = batch->node.mount;
	fuse_req_t req = NULL;
	bool starts, is_over;

	mount_lock(mount);
	batch->under_way--;
	if (error && !batch->error)
		batch->error = error;
	if (error)
		batch->to_start = 0;
	starts = batch->to_start > 0;
	is_over = !starts && batch->under_way == 0;
	if (is_over) {
		req = take_request_locked(batch, batch->error);
		timer_clear_locked(&batch->watch);
	}
	error = batch->error;
	mount_unlock(mount);
	if (starts)
		start_lines(batch);
	if (is_over)
		keep_rest(batch);
	if (req)
		answer(req, batch->written, error);
	node_unref(&batch->node);
}

static void on_sent(void *arg, const struct sqs_result *result)
{
	struct line *line = arg;
	struct line_batch *batch = line->batch;
	int error = errno_of(result->error);

	if (result->error) {
		log_failure(batch, result->failure);
		keep_if_written(batch, line->text, line->dedup_id);
	}
	encoded_finish(&line->encoded);
	free(line);
	line_over(batch, result->error == SQS_CANCELLED ? ECANCELED : error);
}

static struct sqs_op *make_op(struct line *line)
{
	const struct queue *queue = line->batch->queue;
	const struct mount *mount = queue->dir.node.mount;
	const struct encoded *encoded = &line->encoded;
	struct sqs_send args = {
		.queue_url = queue->url,
		.body = encoded->body.data,
		.body_len = encoded->body.len,
		.attributes = encoded->attributes,
		.attribute_count = encoded->attribute_count,
		.group_id = queue->is_fifo ? mount->options->group : NULL,
		.delay_s = -1,
		.expects_company = true,
	};

	if (!line_make_dedup_id(queue, line->dedup_id))
		return NULL;
	args.dedup_id = line->dedup_id[0] ? line->dedup_id : NULL;
	return sqs_send_new(mount->client, &args, on_sent, line);
}

/* A line has no headers. */
static enum body_format line_format(const struct queue *queue)
{
	int format = queue->dir.node.mount->options->format;

	return format == FORMAT_RFC822 ? FORMAT_AUTO : (enum body_format)format;
}

/* The operation of a line; NULL: it is over. */
static struct sqs_op *prepare(struct line_batch *batch, struct view text)
{
	struct line *line = calloc(1, sizeof(*line));
	const char *why = "no memory";
	struct sqs_op *op = NULL;
	int error = ENOMEM;

	if (line) {
		line->batch = batch;
		line->text = text;
		error = encode(
			line_format(batch->queue), text, NULL, 0, &line->encoded, &why);
	}
	if (!error) {
		op = make_op(line);
		error = op ? 0 : ENOMEM;
	}
	if (!error)
		return op;
	log_warning("send", "%s/.sqs/lines: %s", batch->queue->name, why);
	if (line)
		encoded_finish(&line->encoded);
	free(line);
	keep_if_written(batch, text, "");
	line_over(batch, error);
	return NULL;
}

/*
 * The next lines that are not empty, with a reference for each: as many as a request
 * takes, or the last ones. 0: not now.
 */
static size_t take_locked(struct line_batch *batch, struct view texts[SQS_BATCH])
{
	size_t count = batch->to_start < SQS_BATCH ? batch->to_start : SQS_BATCH;

	if (batch->under_way + count > WINDOW)
		return 0;
	for (size_t i = 0; i < count; i++) {
		do
			texts[i] = take_line(&batch->rest);
		while (texts[i].len == 0);
		node_ref_locked(&batch->node);
	}
	batch->to_start -= count;
	batch->under_way += count;
	return count;
}

static void start_together(
	struct line_batch *batch, const struct view texts[SQS_BATCH], size_t count)
{
	struct sqs_op *ops[SQS_BATCH];
	size_t ready = 0;

	for (size_t i = 0; i < count; i++) {
		ops[ready] = prepare(batch, texts[i]);
		ready += ops[ready] != NULL;
	}
	sqs_start_all(ops, ready);
}

static void start_lines(struct line_batch *batch)
{
	struct mount *mount = batch->node.mount;
	struct view texts[SQS_BATCH];
	size_t count;

	mount_lock(mount);
	if (batch->is_starting) {
		mount_unlock(mount);
		return; /* whoever does looks again */
	}
	batch->is_starting = true;
	while ((count = take_locked(batch, texts)) > 0) {
		mount_unlock(mount);
		start_together(batch, texts, count);
		mount_lock(mount);
	}
	batch->is_starting = false;
	mount_unlock(mount);
}

/* -------------------------------------------------------------------------------------
 * Life
 */

static void batch_free(struct node *node)
{
	struct line_batch *batch = (struct line_batch *)(void *)node;

	node_unref_locked(&batch->queue->dir.node);
	free(batch->bytes);
	free(batch);
}

static const struct node_type batch_type = {
	.kind = "lines under way", .free = batch_free};

/* NULL: no memory. */
static struct line_batch *batch_new_locked(
	struct queue *queue, struct line_rest *rest, struct line_cut cut)
{
	struct line_batch *batch = calloc(1, sizeof(*batch));
	char *copy = malloc(cut.len);

	if (!batch || !copy) {
		free(batch);
		free(copy);
		return NULL;
	}
	memcpy(copy, rest->bytes.data, cut.len);
	node_init_locked(&batch->node, queue->dir.node.mount, &batch_type);
	node_ref_locked(&queue->dir.node);
	timer_init(&batch->watch, &batch->node, on_watch);
	batch->queue = queue;
	batch->bytes = copy;
	batch->rest = (struct view){copy, cut.len};
	batch->to_start = cut.count;
	batch->answer_by_ms = INT64_MAX;
	batch->source = rest;
	return batch;
}

/* Whose request it is. What it sends is still in the source. */
static void batch_owe_locked(
	struct line_batch *batch, fuse_req_t req, const struct line_part *part)
{
	const struct line_rest *source = batch->source;
	size_t earlier = source->bytes.len - part->written;
	size_t len = batch->rest.len;

	batch->req = req;
	batch->written = part->written;
	batch->earlier_end = batch->bytes + (earlier < len ? earlier : len);
	batch->to = source->sent + source->bytes.len;
	batch->from = part->written ? source->sent + len : batch->to;
	if (part->is_exiting)
		batch->answer_by_ms = clock_boot_ms() + EXIT_ANSWER_MS;
}

/* From here on its request may be answered. */
static void let_go(struct line_batch *batch, fuse_req_t req)
{
	struct mount *mount = batch->node.mount;

	fuse_req_interrupt_func(req, on_interrupt, batch);
	mount_lock(mount);
	if (batch->answer_by_ms < INT64_MAX)
		timer_set_locked(&batch->watch, batch->answer_by_ms);
	mount_unlock(mount);
	start_lines(batch);
	node_unref(&batch->node);
}

void line_batch_send(fuse_req_t req, struct queue *queue, struct line_rest *rest,
	const struct line_part *part)
{
	struct mount *mount = queue->dir.node.mount;
	struct line_batch *batch = NULL;
	struct line_cut cut;

	mount_lock(mount);
	cut = part->is_all ? cut_all(buf_view(&rest->bytes))
			   : line_cut(buf_view(&rest->bytes), part->multiple);
	if (cut.count)
		batch = batch_new_locked(queue, rest, cut);
	if (batch)
		batch_owe_locked(batch, req, part);
	if (batch || !cut.count)
		take_out_locked(rest, cut.len);
	else
		/* Without memory what was written before stays, for another try. */
		rest->bytes.len -= part->written;
	mount_unlock(mount);
	if (!batch) {
		answer(req, part->written, cut.count ? ENOMEM : 0);
		return;
	}
	let_go(batch, req);
}
