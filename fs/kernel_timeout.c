/* SPDX-License-Identifier: MIT */
#include "fs/kernel_timeout.h"

#include <stdio.h>

#include "sqs/base/cleanup.h"

static int read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	int number = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%d", &number) != 1)
		number = 0;
	fclose(file);
	return number;
}

int kernel_timeout_s(void)
{
	static const char *const paths[] = {
		"/proc/sys/fs/fuse/default_request_timeout",
		"/proc/sys/fs/fuse/max_request_timeout",
	};
	int least = 0;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		int seconds = read_number(paths[i]);

		if (seconds > 0 && (!least || seconds < least))
			least = seconds;
	}
	return least > 1 ? least / 2 : least;
}
