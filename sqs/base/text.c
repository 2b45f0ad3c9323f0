/* SPDX-License-Identifier: MIT */
#include "sqs/base/text.h"

#include <limits.h>
#include <openssl/evp.h>

bool base64_encode(struct buf *out, struct view bytes)
{
	size_t len = (bytes.len + 2) / 3 * 4;

	if (bytes.len > INT_MAX / 2)
		return out->failed = true, false;
	if (!buf_reserve(out, len))
		return false;
	EVP_EncodeBlock((unsigned char *)out->data + out->len,
		(const unsigned char *)bytes.data, (int)bytes.len);
	out->len += len;
	return true;
}

/* How many of the last quartet's characters are padding. */
static size_t padding_of(struct view text)
{
	size_t padding = 0;

	while (padding < 2 && padding < text.len &&
		text.data[text.len - 1 - padding] == '=')
		padding++;
	return padding;
}

static bool is_base64_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '+' || c == '/';
}

bool base64_decode(struct buf *out, struct view text)
{
	size_t padding = padding_of(text);

	if (text.len % 4 || text.len > INT_MAX)
		return false;
	for (size_t i = 0; i < text.len - padding; i++) {
		if (!is_base64_char(text.data[i]))
			return false;
	}
	if (text.len == 0 || !buf_reserve(out, text.len / 4 * 3))
		return text.len == 0;
	EVP_DecodeBlock((unsigned char *)out->data + out->len,
		(const unsigned char *)text.data, (int)text.len);
	out->len += text.len / 4 * 3 - padding;
	out->data[out->len] = '\0';
	return true;
}

void hex_encode(char *out, const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *byte = bytes;

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[byte[i] >> 4];
		out[2 * i + 1] = digits[byte[i] & 15];
	}
	out[2 * len] = '\0';
}

static bool is_octal(char digit)
{
	return digit >= '0' && digit <= '7';
}

size_t octal_unescape(char *text)
{
	char *out = text;

	for (const char *in = text; *in;) {
		if (in[0] == '\\' && is_octal(in[1]) && is_octal(in[2]) &&
			is_octal(in[3])) {
			*out++ = (char)((in[1] - '0') << 6 | (in[2] - '0') << 3 |
					(in[3] - '0'));
			in += 4;
		} else {
			*out++ = *in++;
		}
	}
	*out = '\0';
	return (size_t)(out - text);
}

bool number_parse(struct view text, int64_t least, int64_t most, int64_t *out)
{
	bool negative = text.len && text.data[0] == '-';
	int64_t number = 0;

	if (text.len == (size_t)negative || text.len > 19)
		return false;
	for (size_t i = negative; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' ||
			number > (INT64_MAX - 9) / 10)
			return false;
		number = number * 10 + (text.data[i] - '0');
	}
	if (negative)
		number = -number;
	if (number < least || number > most)
		return false;
	*out = number;
	return true;
}

/* The length of the UTF-8 sequence that begins here and its character; 0 when it is none.
 */
static size_t decode_utf8(const unsigned char *s, size_t left, uint32_t *character)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800},
		{0xf8, 0xf0, 0x10000}};
	size_t len = 0;

	while (len < 4 && (s[0] & forms[len].mask) != forms[len].lead)
		len++;
	if (len == 4 || len + 1 > left)
		return 0;
	*character = s[0] & (unsigned char)~forms[len].mask;
	for (size_t i = 1; i <= len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (s[i] & 0x3fu);
	}
	return *character >= forms[len].least ? len + 1 : 0;
}

static bool character_is_carried(uint32_t c)
{
	return c == 0x9 || c == 0xa || c == 0xd || (c >= 0x20 && c <= 0xd7ff) ||
	       (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

bool text_is_carried(struct view bytes, size_t *offset)
{
	const unsigned char *s = (const unsigned char *)bytes.data;
	size_t i = 0;

	while (i < bytes.len) {
		uint32_t character = 0;
		size_t len;

		if (s[i] >= 0x20 && s[i] < 0x80) { /* most texts are ASCII */
			i++;
			continue;
		}
		len = decode_utf8(s + i, bytes.len - i, &character);
		if (!len || !character_is_carried(character))
			break;
		i += len;
	}
	if (offset)
		*offset = i;
	return i >= bytes.len;
}
