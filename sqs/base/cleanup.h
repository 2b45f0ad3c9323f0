/* SPDX-License-Identifier: MIT */
/*
 * Locals that clean themselves up.
 *
 *	AUTO(free) char *name = strdup("x");      freed when it leaves scope
 *	return TAKE(name);                        given away: not freed
 *
 * AUTO(noun) needs a function auto_noun(T *): DEFINE_AUTO(noun, T) makes one
 * from noun(T). Every destructor takes NULL and zeroes.
 */
#ifndef SQS_BASE_CLEANUP_H
#define SQS_BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

#define AUTO(noun) __attribute__((cleanup(auto_##noun)))

#define DEFINE_AUTO(noun, type)                 \
	static inline void auto_##noun(type *p) \
	{                                       \
		noun(*p);                       \
	}                                       \
	struct auto_##noun##_wants_a_semicolon

/* Moves a pointer out of its variable, which is NULL from then on. */
#define TAKE(p)                             \
	({                                  \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline void auto_free(void *p)
{
	free(*(void **)p);
}

/* For descriptors: -1 is none. */
static inline void auto_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#endif
