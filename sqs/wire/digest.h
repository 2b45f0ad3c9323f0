/* SPDX-License-Identifier: MIT */
/*
 * Digests: MD5 of bodies and attributes, SHA-256, HMAC-SHA-256.
 *
 * A digester keeps libcrypto's contexts, so that a digest costs no look-up and no
 * allocation. One owner, one thread at a time. Functions are false only when
 * libcrypto fails; digest_md5() and digest_attributes() also where libcrypto has no
 * MD5 (a FIPS build): then nobody can check a message and the caller goes without.
 */
#ifndef SQS_WIRE_DIGEST_H
#define SQS_WIRE_DIGEST_H

#include <stdbool.h>

#include "sqs/base/cleanup.h"
#include "sqs/base/view.h"
#include "sqs/wire/message.h"

enum {
	DIGEST_MD5_TEXT = 33,    /* bytes of the hexadecimal form with its NUL */
	DIGEST_SHA256_TEXT = 65, /* the same */
	DIGEST_SHA256 = 32,      /* bytes */
};

struct digester;

/* NULL when there is no memory, or libcrypto has no SHA-256. */
struct digester *digester_new(void);

/* NULL is allowed. */
void digester_free(struct digester *digester);

DEFINE_AUTO(digester_free, struct digester *);

bool digester_has_md5(const struct digester *digester);

bool digest_md5(struct digester *digester, struct view bytes, char hex[DIGEST_MD5_TEXT]);

/*
 * MD5OfMessageAttributes, and of system attributes: over name, type and value of each
 * in the order of their names. An empty text for no attributes, whose digest SQS
 * leaves out. False also when there is no memory to sort more than a request's ten.
 */
bool digest_attributes(struct digester *digester,
	const struct wire_attributes *attributes, char hex[DIGEST_MD5_TEXT]);

bool digest_sha256(
	struct digester *digester, struct view bytes, char hex[DIGEST_SHA256_TEXT]);

bool digest_hmac(struct digester *digester, struct view key, struct view bytes,
	unsigned char out[DIGEST_SHA256]);

/* Whether two texts are the same, in a time that tells nothing of where they differ. */
bool digest_equals(struct view a, struct view b);

#endif
