/* SPDX-License-Identifier: MIT */
#ifndef SQS_BASE_DESCRIPTORS_H
#define SQS_BASE_DESCRIPTORS_H

/* Allows the process as many descriptors as it may have. Every connection is one. */
void descriptors_allow_most(void);

#endif
