/* SPDX-License-Identifier: MIT */
/* A TEST with a fresh service and one queue in it. */
#ifndef TESTS_UNIT_LOCAL_CLAIM_H
#define TESTS_UNIT_LOCAL_CLAIM_H

#include "tests/unit/local/world.h"

/* The world of the running claim. */
static struct world world;

#define CLAIM(name, queue, attributes)                                         \
	static void name##_holds(void);                                        \
	TEST(name)                                                             \
	{                                                                      \
		if (test_true(world_init(&world), "a service opens", __FILE__, \
			    __LINE__) &&                                       \
			test_text(world_create(&world, queue, attributes), "", \
				"the queue is made", __FILE__, __LINE__))      \
			name##_holds();                                        \
		world_finish(&world);                                          \
	}                                                                      \
	static void name##_holds(void)

#endif
