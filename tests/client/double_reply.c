/* SPDX-License-Identifier: MIT */
#include "tests/client/double_reply.h"

#include <stdio.h>
#include <stdlib.h>

#include "sqs/wire/digest.h"
#include "sqs/wire/form.h"
#include "sqs/wire/schema.h"
#include "sqs/wire/xml.h"

static void die(const char *what)
{
	perror(what);
	exit(1);
}

void double_messages_put(struct double_messages *messages, const char *body)
{
	messages->bodies = realloc(
		messages->bodies, (messages->count + 1) * sizeof(*messages->bodies));
	if (!messages->bodies)
		die("realloc");
	messages->bodies[messages->count++] = strdup(body);
}

void double_messages_finish(struct double_messages *messages)
{
	for (size_t i = 0; i < messages->count; i++)
		free(messages->bodies[i]);
	free(messages->bodies);
}

void double_form_value(const char *form, const char *name, char *out, size_t size)
{
	struct arena arena = {0};
	struct form fields = {0};
	struct wire_fault fault;
	struct view value = {0};

	if (form_add(&fields, &arena, view_of(form), &fault))
		value = form_get(&fields, name);
	snprintf(out, size, "%.*s", (int)value.len, value.len ? value.data : "");
	arena_finish(&arena);
}

/* -------------------------------------------------------------------------------------
 * Answers
 */

struct answer {
	struct arena arena;
	struct wire_request request;
	struct wire_reply reply;
	const struct double_act *act;
	struct digester *digester;
};

static struct view md5_of(struct answer *answer, struct view text)
{
	char md5[DIGEST_MD5_TEXT];

	if (answer->act->deed == DOUBLE_BAD_DIGEST)
		text = VIEW_LITERAL("something else");
	digest_md5(answer->digester, text, md5);
	return arena_copy(&answer->arena, view_of(md5));
}

static struct view attributes_md5_of(
	struct answer *answer, const struct wire_attributes *attributes)
{
	char md5[DIGEST_MD5_TEXT];

	digest_attributes(answer->digester, attributes, md5);
	return md5[0] ? arena_copy(&answer->arena, view_of(md5)) : (struct view){0};
}

static void accept_entry(struct answer *answer, const struct wire_entry *entry, size_t i)
{
	struct wire_done *done = &answer->reply.done[answer->reply.done_count++];

	*done = (struct wire_done){.id = entry->id};
	if (view_is_absent(entry->body))
		return;
	done->body_md5 = md5_of(answer, entry->body);
	done->attributes_md5 = attributes_md5_of(answer, &entry->attributes);
	done->message_id = arena_format(&answer->arena, "message-%zu", i);
	if (!view_is_absent(entry->group_id))
		done->sequence_number = arena_format(&answer->arena, "%zu", i);
}

static void refuse_entry(struct answer *answer, const struct wire_entry *entry)
{
	struct wire_refused *refused =
		&answer->reply.refused[answer->reply.refused_count++];

	if (answer->act->deed == DOUBLE_FORGET) {
		answer->reply.refused_count--;
		return;
	}
	*refused = (struct wire_refused){
		.id = entry->id,
		.code = view_of(answer->act->code),
		.message = VIEW_LITERAL("refused by the double"),
		.sender_fault = !answer->act->receiver_fault,
	};
}

static void answer_entries(struct answer *answer)
{
	size_t count = answer->request.entry_count;
	bool refuses =
		answer->act->deed == DOUBLE_REFUSE || answer->act->deed == DOUBLE_FORGET;

	answer->reply.done =
		arena_array(&answer->arena, count + 1, sizeof(struct wire_done));
	answer->reply.refused =
		arena_array(&answer->arena, count + 1, sizeof(struct wire_refused));
	for (size_t i = 0; i < count; i++) {
		if (refuses && answer->act->refused & 1u << i)
			refuse_entry(answer, &answer->request.entries[i]);
		else
			accept_entry(answer, &answer->request.entries[i], i);
	}
}

/* False when there is none, and the poll may wait. */
static bool answer_receive(
	struct answer *answer, struct double_messages *messages, bool late)
{
	struct wire_reply *reply = &answer->reply;
	size_t wanted = (size_t)answer->request.max_messages;

	reply->messages =
		arena_array(&answer->arena, wanted, sizeof(struct wire_message));
	while (reply->message_count < wanted && messages->next < messages->count) {
		struct wire_message *message = &reply->messages[reply->message_count++];
		struct view body = view_of(messages->bodies[messages->next]);

		*message = (struct wire_message){
			.id = arena_format(&answer->arena, "message-%zu", messages->next),
			.receipt_handle = arena_format(
				&answer->arena, "receipt-%zu", messages->next),
			.body = body,
			.body_md5 = md5_of(answer, body),
		};
		messages->next++;
	}
	return reply->message_count || late;
}

static struct view queue_named(struct answer *answer, struct view name)
{
	return arena_format(&answer->arena, "http://localhost/000000000000/%.*s",
		(int)name.len, name.data);
}

/* Two pages: the first one has a token. */
static void answer_list(struct answer *answer)
{
	struct wire_reply *reply = &answer->reply;
	bool is_second = !view_is_absent(answer->request.next_token);

	reply->urls.items = arena_array(&answer->arena, 2, sizeof(struct view));
	reply->urls.items[0] =
		queue_named(answer, view_of(is_second ? "third" : "first"));
	reply->urls.items[1] = queue_named(answer, VIEW_LITERAL("second"));
	reply->urls.count = is_second ? 1 : 2;
	if (!is_second)
		reply->next_token = VIEW_LITERAL("page 2");
}

static bool fill(struct answer *answer, struct double_messages *messages, bool late)
{
	switch ((int)answer->request.action) {
	case WIRE_RECEIVE_MESSAGE:
		return answer_receive(answer, messages, late);
	case WIRE_LIST_QUEUES:
	case WIRE_LIST_DEAD_LETTER_SOURCE_QUEUES:
		answer_list(answer);
		return true;
	case WIRE_CREATE_QUEUE:
	case WIRE_GET_QUEUE_URL:
		answer->reply.queue_url = queue_named(answer, answer->request.queue_name);
		return true;
	default:
		answer_entries(answer);
		return true;
	}
}

bool double_write_answer(struct buf *out, const char *form, const struct double_act *act,
	struct double_messages *messages, bool late)
{
	struct answer answer = {.act = act, .digester = digester_new()};
	struct form fields = {0};
	struct wire_fault fault;
	bool written;

	if (!form_add(&fields, &answer.arena, view_of(form), &fault) ||
		!form_read_request(&fields, &answer.arena, &answer.request, &fault))
		die("the double cannot read a request");
	answer.reply = wire_reply_of(answer.request.action);
	answer.reply.request_id = VIEW_LITERAL("double-request-id");
	written = fill(&answer, messages, late) && xml_write_reply(out, &answer.reply);
	digester_free(answer.digester);
	arena_finish(&answer.arena);
	return written;
}

void double_write_fault(struct buf *out, const struct double_act *act)
{
	const struct wire_fault fault = {
		.http_status = act->status,
		.code = view_of(act->code),
		.message = view_of(act->text ? act->text : "scripted"),
		.request_id = VIEW_LITERAL("double-request-id"),
		.sender_fault = act->status < 500,
	};

	xml_write_fault(out, &fault);
}
