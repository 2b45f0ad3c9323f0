/* SPDX-License-Identifier: MIT */
/*
 * One question to the service before the mount: is it there, and does it take our
 * credentials?
 */
#ifndef FS_PROBE_H
#define FS_PROBE_H

#include "fs/mount.h"

/*
 * Asks for the list of queues, or for SOURCE_QUEUE after that queue, and waits for
 * the answer, which fills the root. Not being allowed to ask is fine. False, and one
 * line in why[size], when mounting makes no sense.
 */
bool probe(struct mount *mount, char *why, size_t size);

#endif
