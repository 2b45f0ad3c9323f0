/* SPDX-License-Identifier: MIT */
#include "fs/root_dir.h"

#include <string.h>

#include "fs/group.h"
#include "fs/options.h"
#include "fs/root.h"
#include "tests/lib/test.h"

static struct options options = {.uid = UNSET, .gid = UNSET, .source_kind = SOURCE_AWS};
static struct mount mount;

static void begin(char *named_queues)
{
	options.queue_urls = named_queues;
	mount_init(&mount, &options);
	root_init(&mount);
}

static void end(void)
{
	mount_finish(&mount);
}

/* What ListQueues answered: URLs between spaces, or an error. */
static void listed(const char *urls, enum sqs_error error)
{
	struct sqs_failure failure = {.error = error};
	char copy[1000], *rest = copy;
	const char *each[20];
	struct sqs_result result = {.error = error, .failure = &failure, .urls = each};

	strncpy(copy, urls, sizeof(copy) - 1);
	copy[sizeof(copy) - 1] = '\0';
	while (*urls && rest)
		each[result.url_count++] = strsep(&rest, " ");
	root_listed(&mount, &result);
}

static struct queue *find(const char *name)
{
	struct node *node;

	mount_lock(&mount);
	node = dir_find_locked(mount.root, name);
	mount_unlock(&mount);
	return node ? queue_of(node) : NULL;
}

static size_t count(void)
{
	return mount.root->children.count;
}

static size_t count_nodes(void)
{
	size_t n = 0;

	list_each (link, &mount.nodes)
		n++;
	return n;
}

/* semantics.md: "The queues of the account are the directories of the root." */
TEST(a_list_becomes_directories)
{
	begin(NULL);
	listed("https://h/1/jobs https://h/1/orders.fifo", SQS_OK);
	CHECK_NUMBER(count(), 2);
	CHECK_TEXT(find("jobs")->url, "https://h/1/jobs");
	CHECK(!find("jobs")->is_fifo && find("orders.fifo")->is_fifo);
	end();
}

/* semantics.md: "A name from the service that is not a plain file name is never shown."
 */
TEST(a_hostile_name_is_not_shown)
{
	begin(NULL);
	listed("https://h/1/.. https://h/1/. https://h/1/ https://h/1/a.b https://h/1/.sqs x:/y",
		SQS_OK);
	CHECK_NUMBER(count(), 1);
	CHECK(find("y") != NULL);
	end();
}

TEST(a_queue_that_is_listed_no_more_goes)
{
	struct queue *jobs;

	begin(NULL);
	listed("https://h/1/jobs https://h/1/other", SQS_OK);
	jobs = find("jobs");
	jobs->listed_at_ms -= 10; /* clocks count milliseconds */
	listed("https://h/1/other", SQS_OK);
	CHECK(!find("jobs"));
	CHECK(find("other") != NULL);
	end();
}

TEST(a_queue_that_is_gone_goes_with_its_groups)
{
	struct queue *jobs;
	size_t nodes;

	begin(NULL);
	listed("", SQS_OK);
	nodes = count_nodes();
	listed("https://h/1/jobs", SQS_OK);
	jobs = find("jobs");
	mount_lock(&mount);
	CHECK(group_new_locked(jobs, "g") != NULL);
	mount_unlock(&mount);
	jobs->listed_at_ms -= 10;
	listed("", SQS_OK);
	CHECK(!find("jobs"));
	CHECK_NUMBER(count_nodes(), nodes);
	end();
}

/* What could not be sent to it stays in reach. */
TEST(a_queue_that_holds_something_stays_but_is_not_listed)
{
	struct queue *jobs;

	begin(NULL);
	listed("https://h/1/jobs", SQS_OK);
	jobs = find("jobs");
	jobs->listed_at_ms -= 10;
	jobs->receiving.held_count = 1;
	listed("", SQS_OK);
	CHECK(find("jobs") == jobs);
	CHECK(jobs->dir.node.is_unlisted);
	jobs->receiving.held_count = 0;
	listed("https://h/1/jobs", SQS_OK);
	CHECK(find("jobs") == jobs);
	CHECK(!jobs->dir.node.is_unlisted);
	end();
}

/* Lists lag: a queue that was made here may not be in the next one. */
TEST(a_new_queue_stays_although_no_list_names_it_yet)
{
	begin(NULL);
	mount_lock(&mount);
	root_add_locked(root_of(&mount), "https://h/1/new");
	mount_unlock(&mount);
	listed("", SQS_OK);
	CHECK(find("new") != NULL);
	find("new")->known_at_ms -= 61 * 1000;
	listed("", SQS_OK);
	CHECK(!find("new"));
	end();
}

TEST(a_new_queue_that_an_operation_found_missing_goes)
{
	begin(NULL);
	mount_lock(&mount);
	queue_refused_locked(
		root_add_locked(root_of(&mount), "https://h/1/new"), SQS_NO_SUCH_QUEUE);
	mount_unlock(&mount);
	listed("", SQS_OK);
	CHECK(!find("new"));
	end();
}

TEST(a_queue_that_was_removed_here_does_not_come_back_with_a_late_list)
{
	begin(NULL);
	listed("https://h/1/jobs", SQS_OK);
	mount_lock(&mount);
	queue_gone_locked(queue_of(dir_find_locked(mount.root, "jobs")));
	root_removed_locked(&mount, "jobs");
	mount_unlock(&mount);
	listed("https://h/1/jobs", SQS_OK);
	CHECK(!find("jobs"));
	mount_lock(&mount);
	root_add_locked(root_of(&mount), "https://h/1/jobs"); /* mkdir */
	mount_unlock(&mount);
	listed("https://h/1/jobs", SQS_OK);
	CHECK(find("jobs") != NULL);
	end();
}

TEST(queues_of_the_options_are_always_there)
{
	char named[] = "https://h/2/theirs,https://h/3/others.fifo";

	begin(named);
	CHECK_NUMBER(count(), 2);
	find("theirs")->known_at_ms -= 61 * 1000;
	listed("https://h/1/jobs", SQS_OK);
	CHECK_TEXT(find("theirs")->url, "https://h/2/theirs");
	CHECK_NUMBER(count(), 3);
	end();
}

TEST(a_list_that_failed_changes_nothing)
{
	begin(NULL);
	listed("https://h/1/jobs", SQS_OK);
	find("jobs")->listed_at_ms -= 10;
	listed("", SQS_UNREACHABLE);
	CHECK(find("jobs") != NULL);
	CHECK_NUMBER(root_of(&mount)->refusal, SQS_UNREACHABLE);
	end();
}

TEST_MAIN
