/* SPDX-License-Identifier: MIT */
#include "sqs/client/profile.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "sqs/base/buf.h"
#include "sqs/base/list.h"

struct property {
	struct list link;
	char *key;
	char *nested; /* key under a key; NULL: none */
	struct buf value;
};

struct section {
	struct list link;
	enum profile_file file;
	enum profile_section kind;
	bool has_keyword; /* [profile default], which beats [default] */
	char *name;
	struct list properties; /* the newest first: the last of a name counts */
};

struct profile_set {
	struct list sections;
};

struct reader {
	struct profile_set *set;
	enum profile_file file;
	struct section *section;   /* NULL: none yet, or one that is skipped */
	struct property *property; /* what a continuation line continues */
	bool skips;                /* inside a section that nobody can name */
	const char *why;
};

/* -------------------------------------------------------------------------------------
 * The set
 */

struct profile_set *profile_set_new(void)
{
	struct profile_set *set = calloc(1, sizeof(*set));

	if (set)
		list_init(&set->sections);
	return set;
}

static void property_free(struct property *property)
{
	if (property->value.data)
		explicit_bzero(property->value.data, property->value.cap);
	buf_finish(&property->value);
	free(property->key);
	free(property->nested);
	free(property);
}

static void section_free(struct section *section)
{
	struct list *link;

	while ((link = list_pop(&section->properties)))
		property_free(list_entry(link, struct property, link));
	free(section->name);
	free(section);
}

void profile_set_free(struct profile_set *set)
{
	struct list *link;

	if (!set)
		return;
	while ((link = list_pop(&set->sections)))
		section_free(list_entry(link, struct section, link));
	free(set);
}

static struct section *find_section(const struct profile_set *set, enum profile_file file,
	enum profile_section kind, struct view name, bool has_keyword)
{
	list_each (link, &set->sections) {
		struct section *section = list_entry(link, struct section, link);

		if (section->file == file && section->kind == kind &&
			section->has_keyword == has_keyword &&
			view_is(name, section->name))
			return section;
	}
	return NULL;
}

/* The section that a file has under this name. */
static const struct section *section_of(const struct profile_set *set,
	enum profile_file file, enum profile_section kind, const char *name)
{
	const struct section *section =
		find_section(set, file, kind, view_of(name), true);

	return section ? section : find_section(set, file, kind, view_of(name), false);
}

static const char *find_value(
	const struct section *section, const char *key, const char *nested)
{
	if (!section)
		return NULL;
	list_each (link, &section->properties) {
		const struct property *property = list_entry(link, struct property, link);

		if (strcasecmp(property->key, key) != 0 || !property->nested != !nested)
			continue;
		if (!nested || strcasecmp(property->nested, nested) == 0)
			return buf_view(&property->value).data;
	}
	return NULL;
}

bool profile_exists(const struct profile_set *set, const char *profile)
{
	return section_of(set, PROFILE_CREDENTIALS, PROFILE_PROFILE, profile) ||
	       section_of(set, PROFILE_CONFIG, PROFILE_PROFILE, profile);
}

const char *profile_get(
	const struct profile_set *set, const char *profile, const char *key)
{
	const char *value =
		find_value(section_of(set, PROFILE_CREDENTIALS, PROFILE_PROFILE, profile),
			key, NULL);

	return value ? value : profile_get_in(set, PROFILE_PROFILE, profile, key);
}

const char *profile_get_in(const struct profile_set *set, enum profile_section section,
	const char *name, const char *key)
{
	return find_value(section_of(set, PROFILE_CONFIG, section, name), key, NULL);
}

const char *profile_get_nested(const struct profile_set *set,
	enum profile_section section, const char *name, const char *key,
	const char *nested)
{
	return find_value(section_of(set, PROFILE_CONFIG, section, name), key, nested);
}

/* -------------------------------------------------------------------------------------
 * Lines
 */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct view trim(struct view text)
{
	while (text.len && is_blank(text.data[0]))
		text = (struct view){text.data + 1, text.len - 1};
	while (text.len && is_blank(text.data[text.len - 1]))
		text.len--;
	return text;
}

/* Section names and keys have the same characters. */
static bool is_name(struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!isalnum((unsigned char)text.data[i]) &&
			!memchr("_-/.%@:+\\", text.data[i], 9))
			return false;
	}
	return text.len != 0;
}

/* The first word, taken off the text. */
static struct view take_word(struct view *text)
{
	struct view word = {text->data, 0};

	while (word.len < text->len && !is_blank(text->data[word.len]))
		word.len++;
	*text = trim((struct view){text->data + word.len, text->len - word.len});
	return word;
}

static bool fail(struct reader *reader, const char *why)
{
	reader->why = why;
	return false;
}

static bool out_of_memory(struct reader *reader)
{
	return fail(reader, NULL);
}

static bool enter_section(struct reader *reader, enum profile_section kind,
	struct view name, bool has_keyword)
{
	struct section *section =
		find_section(reader->set, reader->file, kind, name, has_keyword);

	if (!section) {
		section = calloc(1, sizeof(*section));
		if (!section)
			return out_of_memory(reader);
		list_init(&section->properties);
		section->file = reader->file;
		section->kind = kind;
		section->has_keyword = has_keyword;
		section->name = strndup(name.data, name.len);
		list_append(&reader->set->sections, &section->link);
		if (!section->name)
			return out_of_memory(reader);
	}
	reader->section = section;
	return true;
}

/* What stands between the brackets. A section that cannot be named is skipped. */
static bool read_heading(struct reader *reader, struct view text)
{
	static const char *const keywords[] = {
		[PROFILE_PROFILE] = "profile",
		[PROFILE_SSO_SESSION] = "sso-session",
		[PROFILE_SERVICES] = "services",
	};
	struct view name = trim(text), word = take_word(&name);

	reader->section = NULL;
	reader->property = NULL;
	reader->skips = true;
	if (name.len == 0) {
		bool allowed =
			reader->file == PROFILE_CREDENTIALS || view_is(word, "default");

		return !allowed || !is_name(word) ||
		       enter_section(reader, PROFILE_PROFILE, word, false);
	}
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		if (reader->file == PROFILE_CONFIG && view_is(word, keywords[i]) &&
			is_name(name))
			return enter_section(reader, (enum profile_section)i, name, true);
	}
	return true;
}

static bool read_section(struct reader *reader, struct view line)
{
	const char *end = memchr(line.data, ']', line.len);
	struct view rest;

	if (!end)
		return fail(reader, "a section without its \"]\"");
	rest = trim((struct view){end + 1, line.len - (size_t)(end + 1 - line.data)});
	if (rest.len && rest.data[0] != '#' && rest.data[0] != ';')
		return fail(reader, "text behind a section's \"]\"");
	return read_heading(
		reader, (struct view){line.data + 1, (size_t)(end - line.data) - 1});
}

static struct property *property_new(
	struct reader *reader, struct view key, const char *parent, struct view value)
{
	struct property *property = calloc(1, sizeof(*property));
	char *name = strndup(key.data, key.len);

	if (!property || !name) {
		free(property);
		free(name);
		return NULL;
	}
	property->key = parent ? strdup(parent) : name;
	property->nested = parent ? name : NULL;
	list_prepend(&reader->section->properties, &property->link);
	return property->key && buf_add_view(&property->value, value) ? property : NULL;
}

/* A comment begins at a '#' or ';' that has a blank before it. */
static struct view without_comment(struct view text)
{
	for (size_t i = 1; i < text.len; i++) {
		if ((text.data[i] == '#' || text.data[i] == ';') &&
			is_blank(text.data[i - 1]))
			return (struct view){text.data, i};
	}
	return text;
}

/* KEY = VALUE; a key with characters that none has is skipped. */
static bool read_property(struct reader *reader, struct view line)
{
	const char *equals = memchr(line.data, '=', line.len);
	struct view key, value;

	if (!reader->section && !reader->skips)
		return fail(reader, "a property before the first section");
	if (!equals)
		return fail(reader, "a line without \"=\"");
	reader->property = NULL;
	key = trim((struct view){line.data, (size_t)(equals - line.data)});
	value = (struct view){equals + 1, line.len - (size_t)(equals + 1 - line.data)};
	if (!reader->section || !is_name(key))
		return true;
	reader->property = property_new(reader, key, NULL, trim(without_comment(value)));
	return reader->property || out_of_memory(reader);
}

/* Under an empty value, or under such a list, it is a property of that property. */
static bool read_continuation(struct reader *reader, struct view line)
{
	struct property *property = reader->property;
	const char *equals = memchr(line.data, '=', line.len);
	struct view key;

	if (!reader->section && !reader->skips)
		return fail(reader, "a continuation line before the first property");
	if (!property || line.len == 0)
		return true;
	if (property->value.len) {
		buf_add_char(&property->value, '\n');
		buf_add_view(&property->value, line);
		return !property->value.failed || out_of_memory(reader);
	}
	if (!equals)
		return fail(reader, "a nested line without \"=\"");
	key = trim((struct view){line.data, (size_t)(equals - line.data)});
	if (!is_name(key))
		return true;
	return property_new(reader, key, property->key,
		       trim((struct view){equals + 1,
			       line.len - (size_t)(equals + 1 - line.data)})) ||
	       out_of_memory(reader);
}

static bool read_line(struct reader *reader, struct view line)
{
	struct view text = trim(line);

	if (text.len == 0 || line.data[0] == '#' || line.data[0] == ';')
		return true;
	if (is_blank(line.data[0]))
		return read_continuation(reader, text);
	return line.data[0] == '[' ? read_section(reader, text)
				   : read_property(reader, text);
}

bool profile_set_read(struct profile_set *set, enum profile_file file, struct view text,
	const char **why, int *line)
{
	struct reader reader = {.set = set, .file = file};

	for (*line = 1; text.len; ++*line) {
		const char *end = memchr(text.data, '\n', text.len);
		size_t len = end ? (size_t)(end - text.data) : text.len;

		if (!read_line(&reader, (struct view){text.data, len})) {
			if (!reader.why)
				*line = 0;
			*why = reader.why ? reader.why : "no memory";
			return false;
		}
		len += end != NULL;
		text = (struct view){text.data + len, text.len - len};
	}
	return true;
}
