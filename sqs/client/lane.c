/* SPDX-License-Identifier: MIT */
#include "sqs/client/lane.h"

#include <stdlib.h>

#include "sqs/client/client.h"

static void on_due(struct due *due)
{
	lane_touch(list_entry(due, struct lane, due));
}

static bool write_key(
	struct buf *key, const struct lane_kind *kind, struct view queue_url, int number)
{
	buf_clear(key);
	return buf_add_char(key, kind->letter) &&
	       (number == 0 || buf_printf(key, "%d", number)) && buf_add_char(key, ' ') &&
	       buf_add_view(key, queue_url);
}

static struct lane *lane_new(struct sqs_client *client, const struct lane_kind *kind,
	struct view queue_url, int number)
{
	size_t key_len = client->lane_key.len;
	struct lane *lane = calloc(1, kind->size + key_len + 1);

	if (!lane)
		return NULL;
	lane->client = client;
	lane->kind = kind;
	lane->key = (char *)lane + kind->size;
	memcpy(lane->key, client->lane_key.data, key_len);
	lane->queue_url =
		(struct view){lane->key + key_len - queue_url.len, queue_url.len};
	list_init(&lane->waiting);
	list_init(&lane->ready_link);
	lane->due.fire = on_due;
	kind->init(lane, number);
	if (map_put(&client->lanes, lane->key, lane))
		return lane;
	free(lane);
	return NULL;
}

struct lane *lane_find(struct sqs_client *client, const struct lane_kind *kind,
	struct view queue_url, int number)
{
	struct lane *lane;

	if (!write_key(&client->lane_key, kind, queue_url, number))
		return NULL;
	lane = map_get(&client->lanes, client->lane_key.data);
	return lane ? lane : lane_new(client, kind, queue_url, number);
}

void lane_touch(struct lane *lane)
{
	struct sqs_client *client = lane->client;

	if (!list_is_empty(&lane->ready_link))
		return; /* it keeps its place in line */
	list_append(lane->kind->is_polling ? &client->ready_polls : &client->ready_lanes,
		&lane->ready_link);
}

void lane_wait_until(struct lane *lane, int64_t at_ns)
{
	if (!due_set(&lane->client->dues, &lane->due, at_ns))
		lane_touch(lane); /* rather too often than never */
}

void lane_free(struct lane *lane)
{
	lane->kind->finish(lane);
	free(lane);
}

void lane_drop_if_idle(struct lane *lane)
{
	if (lane->waiting_count || lane->requests || !lane->kind->is_idle(lane))
		return;
	list_remove(&lane->ready_link);
	due_clear(&lane->client->dues, &lane->due);
	map_remove(&lane->client->lanes, lane->key);
	lane_free(lane);
}
