/* SPDX-License-Identifier: MIT */
#include "sqs/local/faults.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"
#include "sqs/wire/action.h"

enum { MOST_RULE = 256, MOST_QUEUE = 81, MOST_DELAY_MS = 3600000, MILLION = 1000000 };

struct rule {
	char text[MOST_RULE];
	char action[48]; /* a name, or the beginning of names */
	bool is_beginning;
	char queue[MOST_QUEUE]; /* "": any */
	struct fault_plan plan;
	bool has_plan;
	int64_t after;       /* so many requests are left alone first */
	int64_t count;       /* then so many are met */
	int64_t probability; /* in millionths */
	int64_t seed;
	uint64_t random; /* the generator's state */
	int64_t seen;
	int64_t met;
};

struct faults {
	struct rule *rules;
	size_t count;
};

/* -------------------------------------------------------------------------------------
 * The words of a rule
 */

struct word {
	const char *name;
	const char *wants; /* what a bad value is told */
	bool (*read)(struct rule *rule, size_t offset, struct view value);
	size_t offset;
	bool is_plan; /* says what happens, not when */
};

static bool read_flag(struct rule *rule, size_t offset, struct view value)
{
	*(bool *)(void *)((char *)rule + offset) = true;
	return view_is_absent(value);
}

static bool read_number(struct rule *rule, size_t offset, struct view value)
{
	int64_t *number = (void *)((char *)rule + offset);

	return number_parse(value, 0, INT64_MAX, number);
}

static bool read_delay(struct rule *rule, size_t offset, struct view value)
{
	int64_t *number = (void *)((char *)rule + offset);

	return number_parse(value, 0, MOST_DELAY_MS, number);
}

static bool read_code(struct rule *rule, size_t offset, struct view value)
{
	(void)offset;
	if (value.len == 0 || value.len >= sizeof(rule->plan.code))
		return false;
	memcpy(rule->plan.code, value.data, value.len);
	return true;
}

static bool read_throttle(struct rule *rule, size_t offset, struct view value)
{
	return view_is_absent(value) &&
	       read_code(rule, offset, VIEW_LITERAL("RequestThrottled"));
}

static bool read_status(struct rule *rule, size_t offset, struct view value)
{
	int64_t status;

	(void)offset;
	if (!number_parse(value, 400, 599, &status))
		return false;
	rule->plan.status = (int)status;
	return true;
}

static bool read_queue(struct rule *rule, size_t offset, struct view value)
{
	(void)offset;
	if (value.len == 0 || value.len >= sizeof(rule->queue))
		return false;
	memcpy(rule->queue, value.data, value.len);
	return true;
}

/* "0.25": up to six digits behind the point. */
static bool read_probability(struct rule *rule, size_t offset, struct view value)
{
	int64_t scale = MILLION;
	int64_t sum = 0;
	bool has_point = false;

	(void)offset;
	for (size_t i = 0; i < value.len; i++) {
		char c = value.data[i];

		if (c == '.' && !has_point) {
			has_point = true;
			continue;
		}
		if (c < '0' || c > '9' || sum > MILLION || (has_point && scale == 1))
			return false;
		if (has_point)
			scale /= 10;
		sum = has_point ? sum + (c - '0') * scale : sum * 10 + (c - '0') * scale;
	}
	rule->probability = sum;
	return value.len > 0 && sum <= MILLION;
}

#define AT(field) offsetof(struct rule, field)

static const struct word words[] = {
	{"error", "the code of an error", read_code, 0, true},
	{"throttle", "nothing behind it", read_throttle, 0, true},
	{"delay-before", "milliseconds, at most an hour", read_delay,
		AT(plan.delay_before_ms), true},
	{"delay-after", "milliseconds, at most an hour", read_delay,
		AT(plan.delay_after_ms), true},
	{"cut", "nothing behind it", read_flag, AT(plan.cut), true},
	{"lose", "nothing behind it", read_flag, AT(plan.lose), true},
	{"duplicate", "nothing behind it", read_flag, AT(plan.duplicate), true},
	{"status", "a status of HTTP from 400 to 599", read_status, 0, false},
	{"queue", "a queue's name", read_queue, 0, false},
	{"after", "a number of requests", read_number, AT(after), false},
	{"count", "a number of requests", read_number, AT(count), false},
	{"probability", "a number from 0 to 1", read_probability, 0, false},
	{"seed", "a number", read_number, AT(seed), false},
};

/* -------------------------------------------------------------------------------------
 * Reading rules
 */

/* Takes the text up to a byte of `ends` from the front of *rest. */
static struct view cut_off(struct view *rest, const char *ends)
{
	struct view part = {rest->data, 0};

	while (part.len < rest->len && !strchr(ends, rest->data[part.len]))
		part.len++;
	rest->data += part.len < rest->len ? part.len + 1 : part.len;
	rest->len -= part.len < rest->len ? part.len + 1 : part.len;
	return part;
}

static struct view trim(struct view text)
{
	while (text.len && strchr(" \t\r", text.data[0])) {
		text.data++;
		text.len--;
	}
	while (text.len && strchr(" \t\r", text.data[text.len - 1]))
		text.len--;
	return text;
}

static bool some_action_matches(const struct rule *rule);

static bool read_action(struct rule *rule, struct view name)
{
	if (name.len == 0 || name.len >= sizeof(rule->action))
		return false;
	rule->is_beginning = name.data[name.len - 1] == '*';
	memcpy(rule->action, name.data, name.len - rule->is_beginning);
	return some_action_matches(rule);
}

static bool read_word(struct rule *rule, struct view text, char *why, size_t why_size)
{
	struct view name = {text.data, 0};
	struct view value = {0};

	while (name.len < text.len && text.data[name.len] != '=')
		name.len++;
	if (name.len < text.len)
		value = (struct view){name.data + name.len + 1, text.len - name.len - 1};
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!view_is(name, words[i].name))
			continue;
		rule->has_plan |= words[i].is_plan;
		if (words[i].read(rule, words[i].offset, value))
			return true;
		snprintf(why, why_size, "fault rule: \"%.*s\": %s wants %s",
			(int)text.len, text.data, words[i].name, words[i].wants);
		return false;
	}
	snprintf(why, why_size, "fault rule: there is no \"%.*s\"", (int)name.len,
		name.data);
	return false;
}

static bool read_rule(struct view text, struct rule *rule, char *why, size_t why_size)
{
	struct view rest = text;
	struct view action = cut_off(&rest, " \t");

	*rule = (struct rule){.count = INT64_MAX, .probability = MILLION, .seed = 1};
	if (text.len >= sizeof(rule->text)) {
		snprintf(
			why, why_size, "fault rule: longer than %d bytes", MOST_RULE - 1);
		return false;
	}
	memcpy(rule->text, text.data, text.len);
	if (!read_action(rule, action)) {
		snprintf(why, why_size,
			"fault rule: \"%.*s\" is no action of SQS; "
			"give one, a beginning such as Send*, or *",
			(int)action.len, action.data);
		return false;
	}
	while (rest.len) {
		struct view word = cut_off(&rest, " \t");

		if (word.len && !read_word(rule, word, why, why_size))
			return false;
	}
	rule->random = (uint64_t)rule->seed;
	if (!rule->has_plan)
		snprintf(why, why_size,
			"fault rule: \"%s\" says not what happens: "
			"error=CODE, throttle, delay-before=MS, delay-after=MS, cut, "
			"lose or duplicate",
			rule->text);
	return rule->has_plan;
}

bool faults_set(struct faults *faults, struct view rules, char *why, size_t why_size)
{
	AUTO(free) struct rule *read = calloc(FAULTS_MOST_RULES, sizeof(*read));
	size_t count = 0;

	if (!read) {
		snprintf(why, why_size, "out of memory");
		return false;
	}
	while (rules.len) {
		struct view line = cut_off(&rules, ";\n");
		struct view text = trim(cut_off(&line, "#"));

		if (text.len == 0)
			continue;
		if (count == FAULTS_MOST_RULES) {
			snprintf(why, why_size, "more than %d fault rules",
				FAULTS_MOST_RULES);
			return false;
		}
		if (!read_rule(text, &read[count++], why, why_size))
			return false;
	}
	free(faults->rules);
	faults->rules = TAKE(read);
	faults->count = count;
	return true;
}

/* -------------------------------------------------------------------------------------
 * Using them
 */

static bool matches_action(const struct rule *rule, enum wire_action action)
{
	const char *name = wire_action_name(action);

	if (rule->is_beginning)
		return strncmp(name, rule->action, strlen(rule->action)) == 0;
	return strcmp(name, rule->action) == 0;
}

static bool some_action_matches(const struct rule *rule)
{
	for (int i = 0; i < WIRE_ACTION_COUNT; i++)
		if (matches_action(rule, (enum wire_action)i))
			return true;
	return false;
}

/* SplitMix64: a full period from any seed. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static bool meets(struct rule *rule)
{
	if (rule->seen++ < rule->after || rule->met >= rule->count)
		return false;
	if (rule->probability < MILLION &&
		draw(&rule->random) % MILLION >= (uint64_t)rule->probability)
		return false;
	rule->met++;
	return true;
}

/* Of several rules the delays add up, and the first error stands. */
static void add_plan(struct fault_plan *to, const struct fault_plan *plan)
{
	to->delay_before_ms += plan->delay_before_ms;
	to->delay_after_ms += plan->delay_after_ms;
	to->cut |= plan->cut;
	to->lose |= plan->lose;
	to->duplicate |= plan->duplicate;
	if (!to->code[0]) {
		memcpy(to->code, plan->code, sizeof(to->code));
		to->status = plan->status;
	}
}

struct fault_plan faults_plan(
	struct faults *faults, enum wire_action action, struct view queue_name)
{
	struct fault_plan plan = {0};

	for (size_t i = 0; i < faults->count; i++) {
		struct rule *rule = &faults->rules[i];

		if (!matches_action(rule, action) ||
			(rule->queue[0] && !view_is(queue_name, rule->queue)))
			continue;
		if (meets(rule))
			add_plan(&plan, &rule->plan);
	}
	return plan;
}

bool faults_list(const struct faults *faults, struct buf *out)
{
	for (size_t i = 0; i < faults->count; i++)
		buf_printf(out, "%s # %lld of %lld requests\n", faults->rules[i].text,
			(long long)faults->rules[i].met,
			(long long)faults->rules[i].seen);
	return !out->failed;
}

struct faults *faults_new(void)
{
	return calloc(1, sizeof(struct faults));
}

void faults_free(struct faults *faults)
{
	if (!faults)
		return;
	free(faults->rules);
	free(faults);
}
