/* SPDX-License-Identifier: MIT */
/*
 * Asking the Security Token Service for credentials.
 */
#ifndef SQS_CLIENT_STS_H
#define SQS_CLIENT_STS_H

#include "sqs/base/buf.h"
#include "sqs/client/credentials.h"

/* Appends `&name=value`, encoded; nothing for a NULL value. */
void sts_add(struct buf *form, const char *name, const char *value);

/*
 * Posts a form that begins with its Action (the Version is added) and takes the
 * credentials in the answer. `signer` NULL: not signed. Blocks.
 */
bool sts_ask(const struct credentials_query *query, struct buf *form,
	const struct credentials *signer, struct credentials *out,
	struct sqs_failure *why);

#endif
