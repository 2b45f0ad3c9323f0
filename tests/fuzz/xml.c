/* SPDX-License-Identifier: MIT */
/* The first byte is the action, the rest its reply: what is accepted is written and read
 * back as it was. */
#include "sqs/wire/xml.h"

#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "tests/unit/wire/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_reply(struct arena *arena, const struct wire_reply *reply)
{
	AUTO(buf) struct buf text = BUF_INIT(0);
	struct wire_reply again;

	if (!xml_write_reply(&text, reply) ||
		!xml_read_reply(buf_view(&text), reply->action, arena, &again) ||
		!sample_equals(wire_reply_schema(reply->action), reply, &again))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct wire_credentials credentials;
	struct wire_fault fault;
	struct wire_reply reply;
	struct view xml;

	if (size == 0)
		return 0;
	xml = (struct view){(const char *)data + 1, size - 1};
	if (xml_read_reply(xml, data[0] % WIRE_ACTION_COUNT, &arena, &reply))
		check_reply(&arena, &reply);
	xml_read_fault(xml, 400, &arena, &fault);
	xml_read_sts_credentials(xml, &arena, &credentials);
	arena_finish(&arena);
	return 0;
}
