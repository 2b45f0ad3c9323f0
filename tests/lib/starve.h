/* SPDX-License-Identifier: MIT */
/*
 * Memory that runs out: linked into a program with STARVE_LINK_ARGS of meson.build,
 * starve.c stands before the allocations of our own objects, and of no library.
 *
 * A program that knows nothing of it is told by a file that STARVE names, one that is
 * mapped and may be overwritten at any time: "RATE" lets one allocation in RATE fail, "0"
 * none. STARVE_SEED makes another sequence of them.
 */
#ifndef TESTS_LIB_STARVE_H
#define TESTS_LIB_STARVE_H

/* The n-th allocation from now fails, counting from 1, and no other; 0: none does.
 * Threads called sqs-local, a server in the same process, are spared. */
void starve_nth(long n);

/* How many there were since, the spared ones not counted. */
long starve_count(void);

#endif
