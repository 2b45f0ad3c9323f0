/* SPDX-License-Identifier: MIT */
/* The first byte is the action, the rest its request: what is accepted is written by
 * jansson and read back as it was. */
#include "sqs/wire/json.h"

#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "tests/unit/wire/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_request(struct arena *arena, const struct wire_request *request)
{
	const struct wire_schema *schema = wire_request_schema(request->action);
	json_t *json = sample_json(schema, request);
	AUTO(free) char *text = json_dumps(json, 0);
	struct wire_request again;
	struct wire_fault fault;

	json_decref(json);
	if (!text ||
		!json_read_request(
			view_of(text), request->action, arena, &again, &fault) ||
		!sample_equals(schema, request, &again))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct wire_request request;
	struct wire_fault fault;

	if (size == 0)
		return 0;
	if (json_read_request((struct view){(const char *)data + 1, size - 1},
		    data[0] % WIRE_ACTION_COUNT, &arena, &request, &fault))
		check_request(&arena, &request);
	arena_finish(&arena);
	return 0;
}
