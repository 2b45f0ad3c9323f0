/* SPDX-License-Identifier: MIT */
/*
 * The two clocks. Read once a turn, at the edge, and passed down as `now`.
 */
#ifndef SQS_BASE_CLOCK_H
#define SQS_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds that never go back and go on in suspend (CLOCK_BOOTTIME): leases,
 * deadlines. */
static inline int64_t clock_boot_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t clock_boot_ms(void)
{
	return clock_boot_ns() / 1000000;
}

/* Milliseconds since 1970: timestamps and signatures, never durations. */
static inline int64_t clock_wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
