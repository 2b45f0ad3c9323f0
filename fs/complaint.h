/* SPDX-License-Identifier: MIT */
/*
 * What libfuse and fusermount3 complain of while mounting, so that one line can say
 * why it failed. Afterwards what libfuse says goes to the log.
 */
#ifndef FS_COMPLAINT_H
#define FS_COMPLAINT_H

#include <stddef.h>

/* From here on complaints are caught, those that a child writes to standard error too. */
void complaint_begin(void);

/* Ends that, with the last complaint in text[size]; "" for none. */
void complaint_end(char *text, size_t size);

#endif
