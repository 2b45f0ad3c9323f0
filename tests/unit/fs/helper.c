/* SPDX-License-Identifier: MIT */
#include "fs/helper.h"

#include <pthread.h>

#include "tests/lib/test.h"

static int order[3], count;
static bool on_main_thread;
static pthread_t main_thread;

struct numbered {
	struct job job;
	int number;
};

static void run(struct job *job)
{
	order[count++] = list_entry(job, struct numbered, job)->number;
	on_main_thread |= pthread_equal(pthread_self(), main_thread);
}

TEST(jobs_run_in_order_on_another_thread)
{
	struct helper *helper = helper_new();
	struct numbered jobs[] = {
		{{.run = run}, 1}, {{.run = run}, 2}, {{.run = run}, 3}};

	main_thread = pthread_self();
	count = 0;
	helper_add(helper, &jobs[0].job);
	helper_add(helper, &jobs[1].job);
	helper_wait(helper);
	CHECK_NUMBER(count, 2);
	helper_add(helper, &jobs[2].job);
	helper_free(helper);
	CHECK_NUMBER(count, 3);
	CHECK(order[0] == 1 && order[1] == 2 && order[2] == 3);
	CHECK(!on_main_thread);
}

TEST(none_is_allowed)
{
	helper_wait(NULL);
	helper_free(NULL);
}

TEST_MAIN
