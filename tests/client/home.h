/* SPDX-License-Identifier: MIT */
/*
 * A home and an environment of one's own, for what is looked up there.
 */
#ifndef TESTS_CLIENT_HOME_H
#define TESTS_CLIENT_HOME_H

/* A new home with this ~/.aws/config, and an environment without anything but
 * AWS_EC2_METADATA_DISABLED. Ends the test program when it cannot. */
void home_begin(const char *config);
void home_end(void);

/* The settings_env_fn of it. */
const char *home_env(const char *name);

void home_set(const char *name, const char *value);
void home_clear(void); /* of the environment */

/* A path in the home, until the next call. */
const char *home_path(const char *name);
void home_write(const char *name, const char *text);

#endif
