/* SPDX-License-Identifier: MIT */
#include "tests/lib/starve.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CONTROL_SIZE = 16 };

static const char *control; /* mapped; a number, and blanks behind it */
static atomic_ulong state;
static atomic_long nth, counted;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("STARVE"), *seed = getenv("STARVE_SEED");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *map;

	state = seed ? strtoul(seed, NULL, 10) : 1;
	if (fd < 0)
		return;
	map = mmap(NULL, CONTROL_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		control = map;
}

void starve_nth(long n)
{
	atomic_store(&counted, 0);
	atomic_store(&nth, n);
}

long starve_count(void)
{
	return atomic_load(&counted);
}

static bool is_spared(void)
{
	char name[16] = "";

	pthread_getname_np(pthread_self(), name, sizeof(name));
	return strcmp(name, "sqs-local") == 0;
}

/* splitmix64: what follows upon what does not matter, only that it is the same again. */
static uint64_t chance(void)
{
	uint64_t z = atomic_fetch_add(&state, 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static bool fails(void)
{
	long at = atomic_load(&nth);
	unsigned long rate = control ? strtoul(control, NULL, 10) : 0;
	bool is_out = rate && chance() % rate == 0;

	if (at && !is_spared())
		is_out |= atomic_fetch_add(&counted, 1) + 1 == at;
	if (is_out)
		errno = ENOMEM;
	return is_out;
}

#define WRAP(type, name, parameters, arguments) \
	type __real_##name parameters;          \
	type __wrap_##name parameters;          \
	type __wrap_##name parameters           \
	{                                       \
		if (fails())                    \
			return NULL;            \
		return __real_##name arguments; \
	}

WRAP(void *, malloc, (size_t size), (size))
WRAP(void *, calloc, (size_t count, size_t size), (count, size))
WRAP(void *, realloc, (void *old, size_t size), (old, size))
WRAP(void *, reallocarray, (void *old, size_t count, size_t size), (old, count, size))
WRAP(char *, strdup, (const char *text), (text))
WRAP(char *, strndup, (const char *text, size_t most), (text, most))

int __wrap_asprintf(char **out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

int __wrap_asprintf(char **out, const char *format, ...)
{
	va_list args;
	int len = -1;

	va_start(args, format);
	if (!fails())
		len = vasprintf(out, format, args);
	va_end(args);
	return len;
}
