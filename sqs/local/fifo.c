/* SPDX-License-Identifier: MIT */
#include "sqs/local/fifo.h"

#include <inttypes.h>
#include <stdio.h>

#include "sqs/wire/limits.h"

size_t fifo_deliverable(const int64_t *visible_ms, size_t count, int64_t now_ms)
{
	size_t deliverable = 0;

	while (deliverable < count && visible_ms[deliverable] <= now_ms)
		deliverable++;
	return deliverable;
}

void fifo_sequence_text(int64_t sequence, char out[SEQUENCE_TEXT])
{
	snprintf(out, SEQUENCE_TEXT, "1%019" PRId64, sequence);
}

bool fifo_is_remembered(int64_t until_ms, int64_t now_ms)
{
	return now_ms < until_ms;
}

int64_t fifo_remembered_until(int64_t first_ms)
{
	return first_ms + (int64_t)LIMITS_DEDUPLICATION_S * 1000;
}
