/* SPDX-License-Identifier: MIT */
/*
 * seeds KIND DIRECTORY: writes what a fuzzer of this kind starts from, one file for
 * each action, made as the unit tests make their samples.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sqs/base/cleanup.h"
#include "sqs/wire/action.h"
#include "sqs/wire/form.h"
#include "sqs/wire/xml.h"
#include "tests/unit/wire/sample.h"

static void make_form(struct buf *out, struct sample *sample, enum wire_action action)
{
	struct wire_request request = wire_request_of(action);

	sample_fill(sample, wire_request_schema(action), &request);
	form_write_request(out, &request);
}

static void make_json(struct buf *out, struct sample *sample, enum wire_action action)
{
	struct wire_request request = wire_request_of(action);
	json_t *json;
	AUTO(free) char *text = NULL;

	sample_fill(sample, wire_request_schema(action), &request);
	json = sample_json(wire_request_schema(action), &request);
	text = json_dumps(json, 0);
	json_decref(json);
	buf_add_char(out, (char)action);
	buf_add_string(out, text ? text : "{}");
}

static void make_xml(struct buf *out, struct sample *sample, enum wire_action action)
{
	struct wire_reply reply = wire_reply_of(action);

	sample_fill(sample, wire_reply_schema(action), &reply);
	buf_add_char(out, (char)action);
	xml_write_reply(out, &reply);
}

static void make_sigv4(struct buf *out, struct sample *sample, enum wire_action action)
{
	(void)sample;
	buf_printf(out,
		"POST\n/1/./q//\n%s=b&a=%%41&X-Amz-Signature=1\nhost:h\n"
		"x-amz-date:20150830T123600Z\nAuthorization:AWS4-HMAC-SHA256 Credential="
		"A/20150830/us-east-1/sqs/aws4_request, SignedHeaders=host;x-amz-date, "
		"Signature=0\n",
		wire_action_name(action));
}

static const struct {
	const char *kind;
	void (*make)(struct buf *out, struct sample *sample, enum wire_action action);
} kinds[] = {
	{"form", make_form},
	{"json", make_json},
	{"sigv4", make_sigv4},
	{"xml", make_xml},
};

static bool write_file(const char *directory, const char *name, struct view text)
{
	char path[4096];
	FILE *file;
	bool written;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	if (!file)
		return false;
	written = fwrite(text.data, 1, text.len, file) == text.len;
	return fclose(file) == 0 && written;
}

static bool write_seeds(size_t kind, const char *directory)
{
	bool written = true;

	for (enum wire_action i = 0; i < WIRE_ACTION_COUNT; i++) {
		AUTO(buf) struct buf text = BUF_INIT(0);
		struct arena arena = {0};
		struct sample sample = {&arena, i + 1};

		kinds[kind].make(&text, &sample, i);
		written &= write_file(directory, wire_action_name(i), buf_view(&text));
		arena_finish(&arena);
	}
	return written;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(argv[1], kinds[i].kind) == 0)
			return write_seeds(i, argv[2]) ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	fprintf(stderr, "usage: seeds form|json|sigv4|xml DIRECTORY\n");
	return EXIT_FAILURE;
}
