/* SPDX-License-Identifier: MIT */
#include "sqs/local/receipt.h"

#include "sqs/base/cleanup.h"
#include "sqs/base/text.h"

enum { RECEIPT_BYTES = 30, RECEIPT_TEXT = 40 };

/* Three numbers and a check word, big-endian; 30 bytes, so that base64 needs no padding.
 */
static uint64_t check_of(const struct receipt *receipt)
{
	uint64_t hash = 0x5351536c6f63616cu;
	const int64_t words[] = {receipt->queue, receipt->message, receipt->nonce};

	for (int i = 0; i < 3; i++) {
		hash = (hash ^ (uint64_t)words[i]) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 33;
	}
	return hash & 0xffffffffffff;
}

static void put(unsigned char *out, uint64_t word, int width)
{
	for (int i = 0; i < width; i++)
		out[i] = (unsigned char)(word >> (width - 1 - i) * 8);
}

static uint64_t take(const char *in, int width)
{
	uint64_t word = 0;

	for (int i = 0; i < width; i++)
		word = word << 8 | (unsigned char)in[i];
	return word;
}

struct view receipt_text(const struct receipt *receipt, struct arena *arena)
{
	unsigned char packed[RECEIPT_BYTES];
	AUTO(buf) struct buf text = BUF_INIT(RECEIPT_TEXT);

	put(packed, (uint64_t)receipt->queue, 8);
	put(packed + 8, (uint64_t)receipt->message, 8);
	put(packed + 16, (uint64_t)receipt->nonce, 8);
	put(packed + 24, check_of(receipt), 6);
	base64_encode(&text, (struct view){(const char *)packed, sizeof(packed)});
	return arena_copy(arena, buf_view(&text));
}

bool receipt_parse(struct view text, struct receipt *out)
{
	AUTO(buf) struct buf packed = BUF_INIT(RECEIPT_BYTES);

	if (text.len != RECEIPT_TEXT || !base64_decode(&packed, text))
		return false;
	out->queue = (int64_t)take(packed.data, 8);
	out->message = (int64_t)take(packed.data + 8, 8);
	out->nonce = (int64_t)take(packed.data + 16, 8);
	return take(packed.data + 24, 6) == check_of(out);
}
