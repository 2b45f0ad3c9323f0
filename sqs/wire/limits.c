/* SPDX-License-Identifier: MIT */
#include "sqs/wire/limits.h"

#include <assert.h>
#include <strings.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"
#include "sqs/sqs.h"

static_assert((int)LIMITS_BATCH == (int)SQS_BATCH, "two sizes of a batch");
static_assert((int)LIMITS_MESSAGE_BYTES == (int)SQS_LARGEST_MESSAGE, "two sizes");
static_assert((int)LIMITS_MESSAGE_ATTRIBUTES == (int)SQS_ATTRIBUTES, "two counts");
static_assert((int)LIMITS_QUEUE_NAME == (int)SQS_LONGEST_QUEUE_NAME, "two lengths");

/* -------------------------------------------------------------------------------------
 * Numbers of requests
 */

static const struct limits_number parameters[] = {
	[LIMITS_DELAY_SECONDS] = {"DelaySeconds", 0, SQS_LONGEST_DELAY_S, WIRE_ABSENT,
		"DelaySeconds must be >= 0 and <= 900."},
	[LIMITS_VISIBILITY_TIMEOUT] = {"VisibilityTimeout", 0, SQS_LONGEST_VISIBILITY_S,
		WIRE_ABSENT, "VisibilityTimeout must be an integer between 0 and 43200"},
	[LIMITS_WAIT_TIME_SECONDS] = {"WaitTimeSeconds", 0, SQS_LONGEST_WAIT_S,
		WIRE_ABSENT, "Must be >= 0 and <= 20, if provided."},
	[LIMITS_MAX_NUMBER_OF_MESSAGES] = {"MaxNumberOfMessages", 1, LIMITS_BATCH, 1,
		"Must be between 1 and 10, if provided."},
	[LIMITS_MAX_RESULTS] = {"MaxResults", 1, LIMITS_PAGE, LIMITS_PAGE,
		"Must be an integer between 1 and 1000, if provided."},
	[LIMITS_MAX_TASKS] = {"MaxResults", 1, 10, 1,
		"Must be an integer between 1 and 10, if provided."},
	[LIMITS_MESSAGES_PER_SECOND] = {"MaxNumberOfMessagesPerSecond", 1, 500,
		WIRE_ABSENT, "Must be an integer between 1 and 500, if provided."},
};
static_assert(ARRAY_SIZE(parameters) == LIMITS_PARAMETER_COUNT, "a parameter is missing");

const struct limits_number *limits_parameter(enum limits_parameter parameter)
{
	assert((unsigned)parameter < LIMITS_PARAMETER_COUNT);
	return &parameters[parameter];
}

bool limits_is_beyond(enum limits_parameter parameter, int64_t value)
{
	const struct limits_number *number = limits_parameter(parameter);

	return value != WIRE_ABSENT && (value < number->least || value > number->most);
}

/* -------------------------------------------------------------------------------------
 * Attributes of queues
 */

static const char *const scopes[] = {"queue", "messageGroup", NULL};
static const char *const throughputs[] = {"perQueue", "perMessageGroupId", NULL};

#define COMPUTED(text)                                  \
	{                                               \
		.name = (text), .kind = LIMITS_COMPUTED \
	}
#define TEXT(text)                                  \
	{                                           \
		.name = (text), .kind = LIMITS_TEXT \
	}

static const struct limits_attribute queue_attributes[] = {
	COMPUTED("ApproximateNumberOfMessages"),
	COMPUTED("ApproximateNumberOfMessagesDelayed"),
	COMPUTED("ApproximateNumberOfMessagesNotVisible"),
	{"ContentBasedDeduplication", LIMITS_BOOLEAN, true, false, 0, 0, NULL, "false"},
	COMPUTED("CreatedTimestamp"),
	{"DeduplicationScope", LIMITS_WORD, true, false, 0, 0, scopes, "queue"},
	{"DelaySeconds", LIMITS_NUMBER, false, false, 0, 900, NULL, "0"},
	{"FifoQueue", LIMITS_BOOLEAN, true, true, 0, 0, NULL, "true"},
	{"FifoThroughputLimit", LIMITS_WORD, true, false, 0, 0, throughputs, "perQueue"},
	{"KmsDataKeyReusePeriodSeconds", LIMITS_NUMBER, false, false, 60, 86400, NULL,
		NULL},
	TEXT("KmsMasterKeyId"),
	COMPUTED("LastModifiedTimestamp"),
	{"MaximumMessageSize", LIMITS_NUMBER, false, false, SQS_LEAST_MESSAGE_LIMIT,
		SQS_LARGEST_MESSAGE, NULL, "1048576"},
	{"MessageRetentionPeriod", LIMITS_NUMBER, false, false, 60, 1209600, NULL,
		"345600"},
	TEXT("Policy"),
	COMPUTED("QueueArn"),
	{"ReceiveMessageWaitTimeSeconds", LIMITS_NUMBER, false, false, 0, 20, NULL, "0"},
	TEXT("RedriveAllowPolicy"),
	TEXT("RedrivePolicy"),
	{"SqsManagedSseEnabled", LIMITS_BOOLEAN, false, false, 0, 0, NULL, "true"},
	{"VisibilityTimeout", LIMITS_NUMBER, false, false, 0, 43200, NULL, "30"},
	{.name = NULL},
};

const struct limits_attribute *limits_attributes(void)
{
	return queue_attributes;
}

const struct limits_attribute *limits_attribute_find(struct view name)
{
	for (const struct limits_attribute *at = queue_attributes; at->name; at++) {
		if (view_is(name, at->name))
			return at;
	}
	return NULL;
}

static bool is_word(const char *const *words, struct view value)
{
	for (; *words; words++) {
		if (view_is(value, *words))
			return true;
	}
	return false;
}

static bool is_boolean(struct view value)
{
	return (value.len == 4 && strncasecmp(value.data, "true", 4) == 0) ||
	       (value.len == 5 && strncasecmp(value.data, "false", 5) == 0);
}

bool limits_attribute_takes(const struct limits_attribute *attribute, struct view value)
{
	int64_t number;

	switch (attribute->kind) {
	case LIMITS_NUMBER:
		return number_parse(value, attribute->least, attribute->most, &number);
	case LIMITS_BOOLEAN:
		return is_boolean(value);
	case LIMITS_WORD:
		return is_word(attribute->words, value);
	case LIMITS_TEXT:
		return !view_is_absent(value);
	case LIMITS_COMPUTED:
		break;
	}
	return false;
}

static const char *const system_attributes[] = {
	"All",
	"AWSTraceHeader",
	"ApproximateFirstReceiveTimestamp",
	"ApproximateReceiveCount",
	"DeadLetterQueueSourceArn",
	"MessageDeduplicationId",
	"MessageGroupId",
	"SenderId",
	"SentTimestamp",
	"SequenceNumber",
	NULL,
};

bool limits_system_attribute_is_known(struct view name)
{
	return is_word(system_attributes, name);
}

/* -------------------------------------------------------------------------------------
 * Names and ids
 */

static bool is_ascii_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool limits_is_made_of(struct view text, const char *others, size_t most)
{
	if (text.len == 0 || text.len > most)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const char c = text.data[i];

		if (!is_ascii_alnum(c) && (c == '\0' || !strchr(others, c)))
			return false;
	}
	return true;
}

static bool ends_with(struct view text, struct view end)
{
	return text.len >= end.len &&
	       memcmp(text.data + text.len - end.len, end.data, end.len) == 0;
}

bool limits_queue_is_fifo(struct view name)
{
	return name.len && ends_with(name, VIEW_LITERAL(".fifo"));
}

bool limits_queue_name_is_valid(struct view name)
{
	if (name.len > LIMITS_QUEUE_NAME)
		return false;
	if (limits_queue_is_fifo(name))
		name.len -= sizeof(".fifo") - 1;
	return limits_is_made_of(name, "-_", LIMITS_QUEUE_NAME);
}

struct view limits_queue_name_of(struct view url)
{
	size_t start = url.len;

	while (start > 0 && url.data[start - 1] != '/' && url.data[start - 1] != ':')
		start--;
	if (start)
		url.data += start;
	url.len -= start;
	return url;
}

bool limits_entry_id_is_valid(struct view id)
{
	return limits_is_made_of(id, "-_", LIMITS_ENTRY_ID);
}

bool limits_id_is_valid(struct view id)
{
	if (id.len == 0 || id.len > LIMITS_ID)
		return false;
	for (size_t i = 0; i < id.len; i++) {
		if (id.data[i] <= ' ' || id.data[i] > '~')
			return false;
	}
	return true;
}

/* -------------------------------------------------------------------------------------
 * Tags
 */

/* Characters of a UTF-8 text that a tag may have; -1 for one that it may not. */
static int count_tag_characters(struct view text)
{
	int count = 0;

	if (!text_is_carried(text, NULL))
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		const unsigned char c = (unsigned char)text.data[i];

		if (c < 0x80 && !is_ascii_alnum((char)c) && !strchr(" _.:/=+-@", c))
			return -1;
		count += (c & 0xc0) != 0x80; /* not a continuation */
	}
	return count;
}

bool limits_tag_is_valid(struct view key, struct view value)
{
	const int key_len = count_tag_characters(key);
	const int value_len = count_tag_characters(value);

	return key_len >= 1 && key_len <= LIMITS_TAG_KEY && value_len >= 0 &&
	       value_len <= LIMITS_TAG_VALUE &&
	       !(key.len >= 4 && strncasecmp(key.data, "aws:", 4) == 0);
}

/* -------------------------------------------------------------------------------------
 * The same for callers of sqs/sqs.h
 */

bool sqs_queue_name_is_valid(const char *name)
{
	return limits_queue_name_is_valid(view_of(name));
}

bool sqs_queue_is_fifo(const char *name_or_url)
{
	return limits_queue_is_fifo(view_of(name_or_url));
}

bool sqs_id_is_valid(const char *id)
{
	return limits_id_is_valid(view_of(id));
}

bool sqs_attribute_is_valid(const struct sqs_attribute *attribute, const char **why)
{
	const struct wire_attribute checked = {
		.name = view_of(attribute->name),
		.type = view_of(attribute->type),
		.value = {attribute->value, attribute->len},
		.is_binary = limits_type_is_binary(view_of(attribute->type)),
	};
	const char *fault = limits_attribute_fault(&checked);

	if (why)
		*why = fault;
	return !fault;
}

size_t sqs_message_size(
	size_t body_len, const struct sqs_attribute *attributes, size_t attribute_count)
{
	size_t size = body_len;

	for (size_t i = 0; i < attribute_count; i++)
		size += strlen(attributes[i].name) + strlen(attributes[i].type) +
			attributes[i].len;
	return size;
}

const char *sqs_queue_name_of(const char *queue_url)
{
	const char *slash = strrchr(queue_url, '/');

	return slash ? slash + 1 : queue_url;
}
