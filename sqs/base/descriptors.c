/* SPDX-License-Identifier: MIT */
#include "sqs/base/descriptors.h"

#include <sys/resource.h>

void descriptors_allow_most(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}
