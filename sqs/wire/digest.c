/* SPDX-License-Identifier: MIT */
#include "sqs/wire/digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdint.h>
#include <stdlib.h>

#include "sqs/base/text.h"

enum { MD5_BYTES = 16, FEW = 10 };

struct digester {
	EVP_MD *md5; /* NULL: libcrypto has none */
	EVP_MD *sha256;
	EVP_MAC *hmac;
	EVP_MD_CTX *md;
	EVP_MAC_CTX *mac;
};

struct digester *digester_new(void)
{
	struct digester *digester = calloc(1, sizeof(*digester));
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
			OSSL_MAC_PARAM_DIGEST, (char[]){"SHA256"}, 0),
		OSSL_PARAM_construct_end(),
	};

	if (!digester)
		return NULL;
	/* MD5 here guards against accidents, not against people: FIPS may allow it. */
	digester->md5 = EVP_MD_fetch(NULL, "MD5", "-fips");
	digester->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	digester->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	digester->md = EVP_MD_CTX_new();
	if (digester->hmac)
		digester->mac = EVP_MAC_CTX_new(digester->hmac);
	if (digester->sha256 && digester->md && digester->mac &&
		EVP_MAC_CTX_set_params(digester->mac, params))
		return digester;
	digester_free(digester);
	return NULL;
}

void digester_free(struct digester *digester)
{
	if (!digester)
		return;
	EVP_MAC_CTX_free(digester->mac);
	EVP_MD_CTX_free(digester->md);
	EVP_MAC_free(digester->hmac);
	EVP_MD_free(digester->sha256);
	EVP_MD_free(digester->md5);
	free(digester);
}

bool digester_has_md5(const struct digester *digester)
{
	return digester->md5 != NULL;
}

static bool digest(struct digester *digester, const EVP_MD *kind, struct view bytes,
	unsigned char *out)
{
	return kind && EVP_DigestInit_ex2(digester->md, kind, NULL) &&
	       EVP_DigestUpdate(digester->md, bytes.data, bytes.len) &&
	       EVP_DigestFinal_ex(digester->md, out, NULL);
}

bool digest_md5(struct digester *digester, struct view bytes, char hex[DIGEST_MD5_TEXT])
{
	unsigned char out[MD5_BYTES];

	if (!digest(digester, digester->md5, bytes, out))
		return false;
	hex_encode(hex, out, sizeof(out));
	return true;
}

bool digest_sha256(
	struct digester *digester, struct view bytes, char hex[DIGEST_SHA256_TEXT])
{
	unsigned char out[DIGEST_SHA256];

	if (!digest(digester, digester->sha256, bytes, out))
		return false;
	hex_encode(hex, out, sizeof(out));
	return true;
}

bool digest_hmac(struct digester *digester, struct view key, struct view bytes,
	unsigned char out[DIGEST_SHA256])
{
	/* Without a key pointer libcrypto would go on with the key it had. */
	const void *bytes_of_key = key.data ? key.data : "";

	return EVP_MAC_init(digester->mac, bytes_of_key, key.len, NULL) &&
	       EVP_MAC_update(
		       digester->mac, (const unsigned char *)bytes.data, bytes.len) &&
	       EVP_MAC_final(digester->mac, out, NULL, DIGEST_SHA256);
}

/* -------------------------------------------------------------------------------------
 * Attributes
 */

static int by_name(const void *a, const void *b)
{
	const struct wire_attribute *const *left = a;
	const struct wire_attribute *const *right = b;

	return view_compare((*left)->name, (*right)->name);
}

/* Four bytes of length, the most significant first, then the bytes. */
static bool update_counted(EVP_MD_CTX *md, struct view bytes)
{
	const unsigned char len[] = {
		(unsigned char)(bytes.len >> 24),
		(unsigned char)(bytes.len >> 16),
		(unsigned char)(bytes.len >> 8),
		(unsigned char)bytes.len,
	};

	return EVP_DigestUpdate(md, len, sizeof(len)) &&
	       EVP_DigestUpdate(md, bytes.data, bytes.len);
}

static bool update_attribute(EVP_MD_CTX *md, const struct wire_attribute *attribute)
{
	const unsigned char transport = attribute->is_binary ? 2 : 1;

	return update_counted(md, attribute->name) &&
	       update_counted(md, attribute->type) &&
	       EVP_DigestUpdate(md, &transport, 1) &&
	       update_counted(md, attribute->value);
}

static bool digest_sorted(struct digester *digester,
	const struct wire_attribute *const *sorted, size_t count, char *hex)
{
	unsigned char out[MD5_BYTES];

	if (!digester->md5 || !EVP_DigestInit_ex2(digester->md, digester->md5, NULL))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!update_attribute(digester->md, sorted[i]))
			return false;
	}
	if (!EVP_DigestFinal_ex(digester->md, out, NULL))
		return false;
	hex_encode(hex, out, sizeof(out));
	return true;
}

bool digest_attributes(struct digester *digester,
	const struct wire_attributes *attributes, char hex[DIGEST_MD5_TEXT])
{
	const struct wire_attribute *few[FEW];
	const struct wire_attribute **sorted = few;
	AUTO(free) const struct wire_attribute **many = NULL;

	hex[0] = '\0';
	if (attributes->count == 0)
		return true;
	if (attributes->count > FEW)
		sorted = many = calloc(attributes->count, sizeof(*many));
	if (!sorted)
		return false;
	for (size_t i = 0; i < attributes->count; i++)
		sorted[i] = &attributes->items[i];
	qsort(sorted, attributes->count, sizeof(const struct wire_attribute *), by_name);
	return digest_sorted(digester, sorted, attributes->count, hex);
}

bool digest_equals(struct view a, struct view b)
{
	return a.len == b.len &&
	       (a.len == 0 || CRYPTO_memcmp(a.data, b.data, a.len) == 0);
}
