/* SPDX-License-Identifier: MIT */
/* Any bytes as a form: what is accepted survives being written and read again. */
#include "sqs/wire/form.h"

#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "tests/unit/wire/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_request(
	struct arena *arena, struct view text, struct wire_request *request)
{
	struct wire_fault fault;
	struct form form = {0};

	return form_add(&form, arena, text, &fault) &&
	       form_read_request(&form, arena, request, &fault);
}

/* Elements of which nothing is said go with the first writing; then nothing changes. */
static void write_and_read(
	struct arena *arena, struct wire_request *from, struct wire_request *to)
{
	AUTO(buf) struct buf text = BUF_INIT(0);

	if (!form_write_request(&text, from) ||
		!read_request(arena, arena_copy(arena, buf_view(&text)), to))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct wire_request requests[3];

	if (read_request(&arena, (struct view){(const char *)data, size}, &requests[0])) {
		write_and_read(&arena, &requests[0], &requests[1]);
		write_and_read(&arena, &requests[1], &requests[2]);
		if (!sample_equals(wire_request_schema(requests[1].action), &requests[1],
			    &requests[2]))
			abort();
	}
	arena_finish(&arena);
	return 0;
}
