/* SPDX-License-Identifier: MIT */
#include <strings.h>

#include "sqs/base/text.h"
#include "sqs/wire/limits.h"

static bool has_prefix(struct view text, const char *prefix)
{
	const size_t len = strlen(prefix);

	return text.len >= len && strncasecmp(text.data, prefix, len) == 0;
}

/* A-Z a-z 0-9 _ - . and, as SQS takes them too, the letters U+00C0 to U+017F. */
static bool is_made_of_letters(struct view name)
{
	for (size_t i = 0; i < name.len; i++) {
		const unsigned char c = (unsigned char)name.data[i];

		if (c >= 0xc3 && c <= 0xc5 && i + 1 < name.len &&
			((unsigned char)name.data[i + 1] & 0xc0) == 0x80)
			i++;
		else if (!limits_is_made_of((struct view){name.data + i, 1}, "_-.", 1))
			return false;
	}
	return true;
}

static const char *name_fault(struct view name)
{
	if (name.len == 0)
		return "the name of an attribute is missing";
	if (name.len > LIMITS_ATTRIBUTE_NAME)
		return "the name of an attribute is longer than 256 characters";
	if (!is_made_of_letters(name))
		return "the name of an attribute may have letters, digits and _ - . only";
	if (name.data[0] == '.' || name.data[name.len - 1] == '.')
		return "the name of an attribute may not begin or end with a dot";
	if (memmem(name.data, name.len, "..", 2))
		return "the name of an attribute may not have two dots in a row";
	if (has_prefix(name, "AWS.") || has_prefix(name, "Amazon."))
		return "the name of an attribute may not begin with AWS. or Amazon.";
	return NULL;
}

/* String, Number or Binary; a label may follow a dot. */
static bool is_type(struct view type, const char *base)
{
	const struct view head = view_cut(&type, '.');

	return view_is(head, base);
}

static const char *type_fault(const struct wire_attribute *attribute)
{
	const struct view type = attribute->type;
	const bool is_binary = is_type(type, "Binary");

	if (type.len == 0)
		return "the type of an attribute is missing";
	if (type.len > LIMITS_ATTRIBUTE_TYPE)
		return "the type of an attribute is longer than 255 characters";
	if (!is_binary && !is_type(type, "String") && !is_type(type, "Number"))
		return "the type of an attribute must be String, Number or Binary, with "
		       "a label after a dot if you like";
	if (!text_is_carried(type, NULL))
		return "the type of an attribute has characters that no message can "
		       "carry";
	if (is_binary != attribute->is_binary)
		return "the value of an attribute does not suit its type";
	return NULL;
}

/* A number without its leading and trailing zeros. */
struct decimal {
	size_t digits;    /* 0: it is zero */
	int64_t exponent; /* of the first digit */
};

static bool is_all_digits(struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	}
	return true;
}

static bool read_exponent(struct view text, int64_t *out)
{
	if (text.len && text.data[0] == '+')
		view_cut(&text, '+');
	return number_parse(text, -100000, 100000, out);
}

/* Counts what stands between the first and the last digit that is not zero. */
static struct decimal count_digits(struct view whole, struct view fraction)
{
	struct decimal decimal = {0, 0};
	size_t first = 0;

	for (size_t i = 0; i < whole.len + fraction.len; i++) {
		const char digit =
			i < whole.len ? whole.data[i] : fraction.data[i - whole.len];

		if (digit == '0')
			continue;
		if (!decimal.digits)
			first = i;
		decimal.digits = i - first + 1;
	}
	decimal.exponent = (int64_t)whole.len - 1 - (int64_t)first;
	return decimal;
}

/* "-12.50e+3"; false for what is no number. */
static bool read_decimal(struct view text, struct decimal *out)
{
	const size_t sign = text.len && (text.data[0] == '-' || text.data[0] == '+');
	struct view fraction = {text.data + sign, text.len - sign};
	struct view exponent;
	struct view whole;
	int64_t shift = 0;

	exponent = fraction;
	fraction = view_cut(&exponent, memchr(text.data, 'E', text.len) ? 'E' : 'e');
	if (fraction.len != text.len - sign && !read_exponent(exponent, &shift))
		return false;
	whole = view_cut(&fraction, '.');
	if (whole.len + fraction.len == 0 || !is_all_digits(whole) ||
		!is_all_digits(fraction))
		return false;
	*out = count_digits(whole, fraction);
	out->exponent += shift;
	return true;
}

static const char *number_fault(struct view value)
{
	struct decimal decimal;

	if (!read_decimal(value, &decimal))
		return "the value of an attribute of type Number is not a number";
	if (decimal.digits > 38)
		return "a number in an attribute has more than 38 digits";
	if (decimal.digits && (decimal.exponent < -128 || decimal.exponent > 126))
		return "a number in an attribute is not within 10^-128 and 10^126";
	return NULL;
}

bool limits_type_is_binary(struct view type)
{
	return is_type(type, "Binary");
}

const char *limits_attribute_fault(const struct wire_attribute *attribute)
{
	const char *fault = name_fault(attribute->name);

	if (!fault)
		fault = type_fault(attribute);
	if (fault)
		return fault;
	if (attribute->value.len == 0)
		return "the value of an attribute is empty";
	if (!attribute->is_binary && !text_is_carried(attribute->value, NULL))
		return "the value of an attribute has characters that no message can "
		       "carry";
	if (is_type(attribute->type, "Number"))
		return number_fault(attribute->value);
	return NULL;
}

bool limits_filter_matches(struct view filter, struct view name)
{
	if (view_is(filter, "All") || view_is(filter, ".*") || view_is(filter, "*"))
		return true;
	if (filter.len > 2 && memcmp(filter.data + filter.len - 2, ".*", 2) == 0)
		return view_starts_with(name, (struct view){filter.data, filter.len - 2});
	return view_equals(filter, name);
}

size_t limits_message_size(struct view body, const struct wire_attributes *attributes)
{
	size_t size = body.len;

	for (size_t i = 0; i < attributes->count; i++) {
		const struct wire_attribute *attribute = &attributes->items[i];

		size += attribute->name.len + attribute->type.len + attribute->value.len;
	}
	return size;
}
