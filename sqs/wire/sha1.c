/* SPDX-License-Identifier: MIT */
#include "sqs/wire/sha1.h"

#include <openssl/evp.h>

#include "sqs/base/text.h"

bool sha1_text(struct view bytes, char hex[SHA1_TEXT])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!EVP_Digest(bytes.data, bytes.len, digest, &len, EVP_sha1(), NULL))
		return false;
	hex_encode(hex, digest, len);
	return true;
}
