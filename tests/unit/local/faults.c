/* SPDX-License-Identifier: MIT */
#include "sqs/local/faults.h"

#include "sqs/base/cleanup.h"
#include "tests/lib/test.h"

DEFINE_AUTO(faults_free, struct faults *);

static struct faults *faults_of(const char *rules)
{
	struct faults *faults = faults_new();
	char why[256];

	if (faults && faults_set(faults, view_of(rules), why, sizeof(why)))
		return faults;
	faults_free(faults);
	return NULL;
}

static struct fault_plan plan(
	struct faults *faults, enum wire_action action, const char *queue)
{
	return faults_plan(faults, action, view_of(queue));
}

static int met_of(struct faults *faults, enum wire_action action, int requests)
{
	int met = 0;

	for (int i = 0; i < requests; i++)
		met += plan(faults, action, "jobs").cut;
	return met;
}

/* Each line is refused, and the reason names what is wrong. */
TEST(a_rule_that_is_not_understood_is_refused_with_a_reason)
{
	static const struct {
		const char *rules;
		const char *why;
	} rows[] = {
		{"Nonsense cut",
			"fault rule: \"Nonsense\" is no action of SQS; give one, a "
			"beginning such as Send*, or *"},
		{"SendMessage",
			"fault rule: \"SendMessage\" says not what happens: error=CODE, "
			"throttle, delay-before=MS, delay-after=MS, cut, lose or "
			"duplicate"},
		{"SendMessage burn", "fault rule: there is no \"burn\""},
		{"SendMessage cut=1",
			"fault rule: \"cut=1\": cut wants nothing behind it"},
		{"* error", "fault rule: \"error\": error wants the code of an error"},
		{"* cut count=-1",
			"fault rule: \"count=-1\": count wants a number of requests"},
		{"* cut probability=1.5",
			"fault rule: \"probability=1.5\": probability wants a number from 0 to 1"},
		{"* cut probability=0.1234567",
			"fault rule: \"probability=0.1234567\": probability wants a number from "
			"0 to 1"},
		{"* error=A status=200",
			"fault rule: \"status=200\": status wants a status of "
			"HTTP from 400 to 599"},
		{"* delay-before=3600001",
			"fault rule: \"delay-before=3600001\": delay-before "
			"wants milliseconds, at most an hour"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(faults_free) struct faults *faults = faults_new();
		char why[256] = "";

		CHECK(!faults_set(faults, view_of(rows[i].rules), why, sizeof(why)));
		CHECK_TEXT(why, rows[i].why);
	}
}

TEST(refused_rules_leave_the_old_ones_in_force)
{
	AUTO(faults_free) struct faults *faults = faults_of("* cut");
	char why[256];

	CHECK(!faults_set(faults, view_of("* lose; * nonsense"), why, sizeof(why)));
	CHECK(plan(faults, WIRE_SEND_MESSAGE, "jobs").cut);
	CHECK(!plan(faults, WIRE_SEND_MESSAGE, "jobs").lose);
}

TEST(a_rule_is_for_its_actions_and_its_queue)
{
	AUTO(faults_free)
	struct faults *faults = faults_of(
		"Send* cut\nDeleteMessage lose queue=jobs ; ReceiveMessage duplicate");

	CHECK(plan(faults, WIRE_SEND_MESSAGE, "jobs").cut);
	CHECK(plan(faults, WIRE_SEND_MESSAGE_BATCH, "other").cut);
	CHECK(plan(faults, WIRE_DELETE_MESSAGE, "jobs").lose);
	CHECK(!plan(faults, WIRE_DELETE_MESSAGE, "jobs2").lose);
	CHECK(!plan(faults, WIRE_DELETE_MESSAGE_BATCH, "jobs").lose);
	CHECK(plan(faults, WIRE_RECEIVE_MESSAGE, "").duplicate);
}

TEST(after_and_count_choose_a_span_of_requests)
{
	AUTO(faults_free)
	struct faults *faults = faults_of("SendMessage cut after=3 count=2");

	CHECK_NUMBER(met_of(faults, WIRE_SEND_MESSAGE, 3), 0);
	CHECK_NUMBER(met_of(faults, WIRE_DELETE_MESSAGE, 3), 0);
	CHECK_NUMBER(met_of(faults, WIRE_SEND_MESSAGE, 2), 2);
	CHECK_NUMBER(met_of(faults, WIRE_SEND_MESSAGE, 9), 0);
}

TEST(a_probability_holds_and_its_seed_repeats_it)
{
	AUTO(faults_free) struct faults *one = faults_of("* cut probability=0.25 seed=7");
	AUTO(faults_free) struct faults *two = faults_of("* cut probability=0.25 seed=7");
	AUTO(faults_free)
	struct faults *other = faults_of("* cut probability=0.25 seed=8");
	bool differs = false;
	int met = 0;

	for (int i = 0; i < 10000; i++) {
		bool is_cut = plan(one, WIRE_SEND_MESSAGE, "q").cut;

		met += is_cut;
		CHECK(is_cut == plan(two, WIRE_SEND_MESSAGE, "q").cut);
		differs |= is_cut != plan(other, WIRE_SEND_MESSAGE, "q").cut;
	}
	CHECK(met > 2300 && met < 2700);
	CHECK(differs);
}

TEST(probabilities_0_and_1_are_never_and_always)
{
	AUTO(faults_free) struct faults *never = faults_of("* cut probability=0");
	AUTO(faults_free) struct faults *always = faults_of("* cut probability=1.0");

	CHECK_NUMBER(met_of(never, WIRE_SEND_MESSAGE, 1000), 0);
	CHECK_NUMBER(met_of(always, WIRE_SEND_MESSAGE, 1000), 1000);
}

TEST(of_several_rules_delays_add_up_and_the_first_error_stands)
{
	AUTO(faults_free)
	struct faults *faults =
		faults_of("* delay-before=5 delay-after=1; Send* delay-before=7; "
			  "* throttle; * error=InternalError status=503");
	struct fault_plan both = plan(faults, WIRE_SEND_MESSAGE, "jobs");

	CHECK_NUMBER(both.delay_before_ms, 12);
	CHECK_NUMBER(both.delay_after_ms, 1);
	CHECK_TEXT(both.code, "RequestThrottled");
	CHECK_NUMBER(both.status, 0);
}

TEST(the_list_is_rules_again)
{
	AUTO(faults_free) struct faults *faults = faults_of("Send* cut count=1 ; * lose");
	AUTO(buf) struct buf text = {0};
	char why[256];

	plan(faults, WIRE_SEND_MESSAGE, "jobs");
	plan(faults, WIRE_SEND_MESSAGE, "jobs");
	CHECK(faults_list(faults, &text));
	CHECK_TEXT(text.data, "Send* cut count=1 # 1 of 2 requests\n"
			      "* lose # 2 of 2 requests\n");
	CHECK(faults_set(faults, buf_view(&text), why, sizeof(why)));
	CHECK(plan(faults, WIRE_SEND_MESSAGE, "jobs").cut);
}

TEST(no_rules_are_no_faults)
{
	AUTO(faults_free) struct faults *faults = faults_of(" ; \n # a remark\n");
	struct fault_plan none = plan(faults, WIRE_SEND_MESSAGE, "jobs");
	const struct fault_plan zero = {0};

	CHECK_BYTES(&none, sizeof(none), &zero, sizeof(zero));
}

TEST_MAIN
