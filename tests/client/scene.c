/* SPDX-License-Identifier: MIT */
#include "tests/client/scene.h"

#include <string.h>

struct double_server *server;
struct sqs_client *client;
struct outcome outcomes[SCENE_OUTCOMES];

void scene_begin(void)
{
	server = double_new();
	client = client_of(double_socket(server));
	memset(outcomes, 0, sizeof(outcomes));
}

void scene_end(void)
{
	sqs_client_free(client, 1000);
	double_free(server);
	for (size_t i = 0; i < SCENE_OUTCOMES; i++)
		outcome_clear(&outcomes[i]);
}

size_t scene_count(enum sqs_error error, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += outcomes[i].calls == 1 && outcomes[i].error == error;
	return found;
}

const char *scene_parameter(const char *action, size_t i, const char *name)
{
	static char text[256];

	return double_parameter(server, action, i, name, text, sizeof(text));
}
