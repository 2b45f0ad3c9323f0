/* SPDX-License-Identifier: MIT */
/* xoshiro256** (Blackman and Vigna), its state filled by splitmix64. */
#include "sqs/local/ids.h"

#include <stdio.h>
#include <sys/random.h>

static uint64_t splitmix(uint64_t *x)
{
	uint64_t z = *x += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

void ids_init(struct ids *ids, uint64_t seed, uint64_t salt)
{
	uint64_t random[4] = {0};

	if (seed == 0 && getrandom(random, sizeof(random), 0) < 0)
		seed = (uint64_t)(uintptr_t)ids;
	seed ^= splitmix(&salt);
	for (int i = 0; i < 4; i++)
		ids->state[i] = splitmix(&seed) ^ random[i];
}

static uint64_t rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

uint64_t ids_next(struct ids *ids)
{
	uint64_t *s = ids->state;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

void ids_uuid(struct ids *ids, char out[UUID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	uint64_t half[2] = {ids_next(ids), ids_next(ids)};
	int at = 0;

	half[0] = (half[0] & ~UINT64_C(0xf000)) | 0x4000;
	half[1] = (half[1] & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;
	for (int i = 0; i < 32; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			out[at++] = '-';
		out[at++] = digits[half[i / 16] >> (60 - i % 16 * 4) & 15];
	}
	out[at] = '\0';
}
