/* SPDX-License-Identifier: MIT */
#include "fs/timer.h"

#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/options.h"
#include "tests/lib/test.h"

static struct options options = {.uid = UNSET, .gid = UNSET};
static struct mount mount;
static int wake_fd;

static int freed;

static void count_free(struct node *node)
{
	(void)node;
	freed++;
}

static const struct node_type type = {
	.kind = "test", .mode = S_IFREG | 0600, .free = count_free};

struct alarm {
	struct timer timer;
	char letter;
};

static struct node node;
static char fired[64];
static size_t fired_count;

static void note(struct timer *timer)
{
	fired[fired_count++] = ((struct alarm *)(void *)timer)->letter;
	fired[fired_count] = '\0';
}

static void begin(void)
{
	mount_init(&mount, &options);
	wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	mount.timers = timers_new(wake_fd);
	freed = 0;
	fired_count = 0;
	fired[0] = '\0';
	mount_lock(&mount);
	node_init_locked(&node, &mount, &type);
	mount_unlock(&mount);
}

static void end(void)
{
	timers_free(mount.timers);
	close(wake_fd);
}

static void set(struct alarm *alarm, int64_t due_ms)
{
	mount_lock(&mount);
	timer_set_locked(&alarm->timer, due_ms);
	mount_unlock(&mount);
}

static struct alarm alarm_of(char letter)
{
	struct alarm alarm = {.letter = letter};

	timer_init(&alarm.timer, &node, note);
	return alarm;
}

TEST(timers_fire_in_the_order_of_their_times)
{
	struct alarm a = alarm_of('a'), b = alarm_of('b'), c = alarm_of('c');

	begin();
	set(&b, 20);
	set(&c, 30);
	set(&a, 10);
	CHECK_NUMBER(timers_due(&mount), 10);
	timers_run(&mount, 20);
	CHECK_TEXT(fired, "ab");
	timers_run(&mount, 29);
	CHECK_TEXT(fired, "ab");
	timers_run(&mount, 30);
	CHECK_TEXT(fired, "abc");
	CHECK(timers_due(&mount) == INT64_MAX);
	end();
}

TEST(setting_one_again_moves_it)
{
	struct alarm a = alarm_of('a'), b = alarm_of('b');

	begin();
	set(&a, 10);
	set(&b, 20);
	set(&a, 30);
	timers_run(&mount, 25);
	CHECK_TEXT(fired, "b");
	set(&a, 5);
	timers_run(&mount, 25);
	CHECK_TEXT(fired, "ba");
	end();
}

TEST(a_cleared_one_does_not_fire)
{
	struct alarm a = alarm_of('a'), b = alarm_of('b');

	begin();
	set(&a, 10);
	set(&b, 20);
	mount_lock(&mount);
	timer_clear_locked(&a.timer);
	timer_clear_locked(&a.timer);
	mount_unlock(&mount);
	timers_run(&mount, 100);
	CHECK_TEXT(fired, "b");
	end();
}

/* A node does not go while a timer of it is set. */
TEST(a_timer_keeps_its_node)
{
	struct alarm a = alarm_of('a');

	begin();
	set(&a, 10);
	node_unref(&node);
	CHECK_NUMBER(freed, 0);
	timers_run(&mount, 10);
	CHECK_NUMBER(freed, 1);
	end();
}

TEST(the_loop_is_woken_when_the_first_one_changes)
{
	struct alarm a = alarm_of('a'), b = alarm_of('b');
	eventfd_t count;

	begin();
	set(&a, 10);
	CHECK_NUMBER(eventfd_read(wake_fd, &count), 0);
	set(&b, 20);
	CHECK_NUMBER(eventfd_read(wake_fd, &count), -1);
	set(&b, 5);
	CHECK_NUMBER(eventfd_read(wake_fd, &count), 0);
	end();
}

/* Against a plain search for the least, for many that are set, moved and cleared. */
TEST(many_keep_their_order)
{
	enum { MANY = 500 };
	static struct alarm alarms[MANY];
	unsigned random = 1;

	begin();
	for (int i = 0; i < 20 * MANY; i++) {
		struct alarm *alarm = &alarms[random % MANY];

		if (!alarm->timer.node)
			*alarm = alarm_of('x');
		random = random * 1103515245 + 12345;
		mount_lock(&mount);
		if (random >> 16 & 3)
			timer_set_locked(&alarm->timer, random >> 8 & 0xffff);
		else
			timer_clear_locked(&alarm->timer);
		mount_unlock(&mount);

		int64_t least = INT64_MAX;
		for (int k = 0; k < MANY; k++) {
			if (alarms[k].timer.is_set && alarms[k].timer.due_ms < least)
				least = alarms[k].timer.due_ms;
		}
		CHECK_NUMBER(timers_due(&mount), least);
	}
	end();
}

TEST_MAIN
