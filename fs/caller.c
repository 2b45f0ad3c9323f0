/* SPDX-License-Identifier: MIT */
#include "fs/caller.h"

#include <unistd.h>

#include "fs/proc.h"

enum { BEGAN_FIELD = 22, NS_A_SECOND = 1000000000 };

struct caller caller_of(pid_t tid)
{
	struct caller caller = {.tid = tid};
	char status[PROC_STATUS_SIZE];
	uint64_t number;

	if (tid <= 0 || !proc_read(tid, "status", status, sizeof(status)))
		return caller;
	if (proc_number(status, "Tgid", 10, &number))
		caller.tgid = (pid_t)number;
	if (proc_number(status, "PPid", 10, &number))
		caller.parent = (pid_t)number;
	return caller;
}

int64_t caller_began_ns(pid_t tgid)
{
	long ticks_a_second = sysconf(_SC_CLK_TCK);
	char stat[PROC_STAT_SIZE];
	uint64_t ticks;

	if (tgid <= 0 || ticks_a_second <= 0 ||
		!proc_read(tgid, "stat", stat, sizeof(stat)) ||
		!proc_stat_field(stat, BEGAN_FIELD, &ticks))
		return INT64_MAX;
	return (int64_t)ticks * (NS_A_SECOND / ticks_a_second);
}
