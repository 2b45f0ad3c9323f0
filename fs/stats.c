/* SPDX-License-Identifier: MIT */
/*
 * .stats: what this mount has done and holds, in the text format of Prometheus.
 */
#include <malloc.h>

#include "fs/control.h"
#include "sqs/base/clock.h"

struct tree_counts {
	unsigned nodes, queues, held, deleting, unsent, writers, receives;
};

static struct tree_counts count_locked(const struct mount *mount)
{
	struct tree_counts counts = {0};

	list_each (link, &mount->nodes)
		counts.nodes++;
	list_each (link, &mount->queues) {
		struct queue *queue = list_entry(link, struct queue, mount_link);

		counts.queues++;
		counts.held += queue->receiving.held_count;
		counts.deleting += queue->receiving.deleting;
		counts.unsent += sending_unsent_locked(queue);
		counts.writers += queue->sending.writers;
		list_each (intake, &queue->receiving.receives)
			counts.receives++;
	}
	return counts;
}

/* What the program has allocated and not freed; 0 where a sanitizer has its own heap. */
static uint64_t allocated_bytes(void)
{
	struct mallinfo2 heap = mallinfo2();

	return heap.uordblks + heap.hblkhd;
}

struct metric {
	const char *name;
	const char *type;
	const char *help;
	uint64_t value;
};

static void add_metric(struct buf *out, const struct metric *metric)
{
	buf_printf(out, "# HELP sqsfs_%s %s\n# TYPE sqsfs_%s %s\nsqsfs_%s %llu\n",
		metric->name, metric->help, metric->name, metric->type, metric->name,
		(unsigned long long)metric->value);
}

static void stats_read(struct control_call *call)
{
	struct mount *mount = call->control->node.mount;
	struct sqs_counters client;
	struct tree_counts tree;
	uint64_t uptime_s = (uint64_t)(clock_wall_ms() - mount->mounted_wall_ms) / 1000;

	sqs_client_counters(mount->client, &client);
	mount_lock(mount);
	tree = count_locked(mount);
	mount_unlock(mount);

	const struct metric metrics[] = {
		{"uptime_seconds", "gauge", "Seconds since the mount.", uptime_s},
		{"requests_total", "counter", "HTTP requests, attempts included.",
			client.requests},
		{"retries_total", "counter", "Attempts after the first.", client.retries},
		{"failures_total", "counter", "Attempts that failed.", client.failures},
		{"sent_total", "counter", "Messages accepted by the service.",
			client.sent},
		{"received_total", "counter", "Messages received.", client.received},
		{"deleted_total", "counter", "Messages deleted.", client.deleted},
		{"returned_total", "counter",
			"Messages received for nobody and given back.", client.returned},
		{"requests_in_flight", "gauge", "HTTP requests under way.",
			client.in_flight},
		{"memory_bytes", "gauge", "Memory allocated.", allocated_bytes()},
		{"nodes", "gauge", "Files and directories in memory.", tree.nodes},
		{"queues", "gauge", "Queues known.", tree.queues},
		{"held_messages", "gauge", "Messages in flight through this mount.",
			tree.held},
		{"pending_deletes", "gauge", "Deletes under way.", tree.deleting},
		{"unsent_files", "gauge", "Files with bytes that were not accepted.",
			tree.unsent},
		{"open_writers", "gauge", "Descriptors open for writing.", tree.writers},
		{"receives_under_way", "gauge", "Receives that wait for a message.",
			tree.receives},
	};

	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
		add_metric(&call->out, &metrics[i]);
	control_done(call);
}

const struct control_row stats_row = {".stats", 0444, stats_read, NULL};
