/* SPDX-License-Identifier: MIT */
#include "fs/proc.h"

#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/test.h"

TEST(a_file_of_a_process_is_a_text)
{
	char text[PROC_STATUS_SIZE], beginning[8];
	uint64_t number = 0;

	CHECK(proc_read(getpid(), "status", text, sizeof(text)));
	CHECK(proc_number(text, "Tgid", 10, &number));
	CHECK_NUMBER(number, getpid());
	CHECK(proc_read(getpid(), "status", beginning, sizeof(beginning)));
	CHECK_NUMBER(strlen(beginning), sizeof(beginning) - 1);
}

TEST(an_open_file_is_read_anew)
{
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	char first[64], second[64];

	CHECK(proc_read_open(fd, first, sizeof(first)));
	CHECK(proc_read_open(fd, second, sizeof(second)));
	CHECK_TEXT(first, second);
	close(fd);
	CHECK(!proc_read_open(-1, first, sizeof(first)));
}

TEST(who_is_gone_has_no_files)
{
	pid_t child = fork();
	char text[PROC_STAT_SIZE];

	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	CHECK(!proc_read(child, "stat", text, sizeof(text)));
}

TEST(a_number_is_found_at_the_beginning_of_its_line)
{
	static const char text[] =
		"Name:\tTgid:\t7\nNSTgid:\t1\nTgid:\t42\nSigPnd:\t0f\n";
	uint64_t number = 0;

	CHECK(proc_number(text, "Tgid", 10, &number));
	CHECK_NUMBER(number, 42);
	CHECK(proc_number(text, "SigPnd", 16, &number));
	CHECK_NUMBER(number, 15);
	CHECK(!proc_number(text, "Tgi", 10, &number));
	CHECK(!proc_number("", "Tgid", 10, &number));
}

TEST(a_field_is_counted_behind_the_name)
{
	static const char stat[] = "12 (a) S 9 (b) R 34 56";
	uint64_t number = 0;

	CHECK(proc_stat_field(stat, 4, &number));
	CHECK_NUMBER(number, 34);
	CHECK(proc_stat_field(stat, 5, &number));
	CHECK_NUMBER(number, 56);
	CHECK(!proc_stat_field(stat, 6, &number));
	CHECK(!proc_stat_field("12", 3, &number));
}

/* A process chooses its name: it must not be taken for what follows it. */
TEST(a_name_cannot_pretend)
{
	char text[PROC_STAT_SIZE];
	uint64_t parent = 0;

	prctl(PR_SET_NAME, "a) S 1 2 3");
	CHECK(proc_read(getpid(), "stat", text, sizeof(text)));
	prctl(PR_SET_NAME, "proc");
	CHECK(proc_stat_field(text, 4, &parent));
	CHECK_NUMBER(parent, getppid());
}

TEST_MAIN
