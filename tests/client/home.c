/* SPDX-License-Identifier: MIT */
#include "tests/client/home.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[32];
static char variables[16][240];
static size_t variable_count;

const char *home_env(const char *name)
{
	size_t len = strlen(name);

	if (strcmp(name, "HOME") == 0)
		return home;
	for (size_t i = 0; i < variable_count; i++) {
		if (strncmp(variables[i], name, len) == 0 && variables[i][len] == '=')
			return variables[i] + len + 1;
	}
	return NULL;
}

void home_set(const char *name, const char *value)
{
	snprintf(variables[variable_count++], sizeof(variables[0]), "%s=%s", name, value);
}

const char *home_path(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", home, name);
	return path;
}

void home_write(const char *name, const char *text)
{
	FILE *file = fopen(home_path(name), "w");

	if (!file)
		exit(1);
	fputs(text, file);
	fclose(file);
}

static const char *const directories[] = {".aws", ".aws/sso", ".aws/sso/cache", NULL};

void home_begin(const char *config)
{
	variable_count = 0;
	snprintf(home, sizeof(home), "/tmp/sources-XXXXXX");
	if (!mkdtemp(home))
		exit(1);
	for (size_t i = 0; directories[i]; i++)
		mkdir(home_path(directories[i]), 0700);
	home_write(".aws/config", config);
	home_set("AWS_EC2_METADATA_DISABLED", "true");
}

void home_end(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", home);
	if (system(command) != 0)
		printf("# %s stays\n", home);
}

void home_clear(void)
{
	variable_count = 0;
}
