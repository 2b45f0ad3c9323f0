/* SPDX-License-Identifier: MIT */
/*
 * Descriptors: how many the process may have.
 */
#ifndef SQS_BASE_DESCRIPTORS_H
#define SQS_BASE_DESCRIPTORS_H

/* Raises the limit as far as it may go: every connection is a descriptor. Before threads. */
void descriptors_allow_most(void);

#endif
