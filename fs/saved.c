/* SPDX-License-Identifier: MIT */
#include "fs/saved.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/draft.h"
#include "fs/helper.h"
#include "sqs/base/cleanup.h"
#include "sqs/base/clock.h"
#include "sqs/base/text.h"

static const char settings_dir[] = ".sqs";
/* Settings that are not complete, beside those of the queue's files: none is called so. */
static const char unfinished_name[] = ".sqs/next.XXXXXX";
static const char last_line[] = "end\n";

/* A mount that was just told to end may still have the lock. */
enum { LOCK_MS = 2000, LOOK_US = 50000 };

/* Each byte of the largest message, were it all attributes, takes four here. */
enum { MOST_SETTINGS = 5 << 20 };

struct saved {
	struct job job; /* its removal */
	char *content;
	char *settings;
	char *unfinished; /* for mkostemp() */
};

DEFINE_AUTO(saved_free, struct saved *);

void saved_free(struct saved *saved)
{
	if (!saved)
		return;
	free(saved->content);
	free(saved->settings);
	free(saved->unfinished);
	free(saved);
}

const char *saved_path(const struct saved *saved)
{
	return saved->content;
}

static struct saved *saved_new(const char *dir, const char *group_id, const char *name)
{
	AUTO(saved_free) struct saved *saved = calloc(1, sizeof(*saved));
	const char *group = group_id ? group_id : "", *slash = group_id ? "/" : "";

	if (!saved || asprintf(&saved->content, "%s/%s%s%s", dir, group, slash, name) < 0)
		return NULL;
	if (asprintf(&saved->settings, "%s/%s/%s%s%s", dir, settings_dir, group, slash,
		    name) < 0)
		return NULL;
	if (asprintf(&saved->unfinished, "%s/%s", dir, unfinished_name) < 0)
		return NULL;
	list_init(&saved->job.link);
	return TAKE(saved);
}

void saved_remove(struct saved *saved)
{
	/* In this order: a content without settings is none. */
	unlink(saved->settings);
	unlink(saved->content);
	saved_free(saved);
}

static void run_removal(struct job *job)
{
	saved_remove(list_entry(job, struct saved, job));
}

void saved_forget_locked(struct draft *draft)
{
	struct saved *saved = TAKE(draft->saved);

	if (!saved)
		return;
	saved->job.run = run_removal;
	helper_add(draft->node.mount->helper, &saved->job);
}

/* -------------------------------------------------------------------------------------
 * Writing
 */

/* The names in a directory are on the disk, too. */
static bool sync_parent(const char *path)
{
	AUTO(free) char *copy = strdup(path);
	char *slash = copy ? strrchr(copy, '/') : NULL;

	if (!copy)
		return false;
	if (slash)
		slash[slash == copy] = '\0';
	AUTO(close) int fd = open(slash ? copy : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0;
}

static bool make_dir(const char *path)
{
	return mkdir(path, 0700) == 0 ? sync_parent(path) : errno == EEXIST;
}

/* Makes the directories that lead to this path; false, and errno: it could not. */
static bool make_parents(const char *path)
{
	AUTO(free) char *copy = strdup(path);

	if (!copy)
		return false;
	for (char *at = strchr(copy + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (!make_dir(copy))
			return false;
		*at = '/';
	}
	return true;
}

bool saved_make_dir(const char *dir)
{
	return make_parents(dir) && make_dir(dir);
}

static bool lock_soon(int fd)
{
	int64_t until_ms = clock_boot_ms() + LOCK_MS;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK || clock_boot_ms() >= until_ms)
			return false;
		usleep(LOOK_US);
	}
	return true;
}

int saved_lock_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error;

	if (fd < 0 || lock_soon(fd))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static bool write_all(int fd, struct view bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.data, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes.data += n;
		bytes.len -= (size_t)n;
	}
	return fsync(fd) == 0;
}

/* Keeps errno. */
static void remove_unfinished(const char *path)
{
	int error = errno;

	unlink(path);
	errno = error;
}

/* There was none, and is none when it could not be written. */
static bool write_file(const char *path, struct view bytes)
{
	AUTO(close)
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return false;
	if (write_all(fd, bytes))
		return true;
	remove_unfinished(path);
	return false;
}

/* Under a name of its own, as another process may do the same, and then in its place. */
static bool replace_file(const char *path, const char *unfinished, struct view bytes)
{
	AUTO(free) char *name = strdup(unfinished);
	AUTO(close) int fd = name ? mkostemp(name, O_CLOEXEC) : -1;

	if (fd < 0)
		return false;
	if (write_all(fd, bytes) && rename(name, path) == 0)
		return true;
	remove_unfinished(name);
	return false;
}

static void add_setting(struct buf *out, const char *name, struct view value)
{
	buf_add_string(out, name);
	buf_add_char(out, '=');
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.data[i];

		if (c >= 0x20 && c != '\\' && c != 0x7f)
			buf_add_char(out, (char)c);
		else
			buf_printf(out, "\\%03o", c);
	}
	buf_add_char(out, '\n');
}

static void add_text(struct buf *out, const char *name, const char *value)
{
	if (value)
		add_setting(out, name, view_of(value));
}

/* What is sent beside the body, under the names of its extended attributes. */
static void add_attributes(struct buf *out, const struct attributes *attributes)
{
	AUTO(buf) struct buf names = BUF_INIT(0);
	struct view value;

	if (!attributes_list(attributes, &names))
		out->failed = true;
	for (const char *name = names.data; name && name < names.data + names.len;
		name += strlen(name) + 1) {
		if (attributes_get(attributes, attributes_key(name), &value))
			add_setting(out, name, value);
	}
}

bool saved_update(const struct saved *saved, const struct saved_message *message)
{
	AUTO(buf) struct buf text = BUF_INIT(MOST_SETTINGS);
	char order[24], parts[24];

	snprintf(order, sizeof(order), "%" PRIu64, message->order);
	snprintf(parts, sizeof(parts), "%u", message->parts);
	add_text(&text, "state", message->state);
	add_text(&text, "order", order);
	add_text(&text, "parts", parts);
	add_text(&text, "dedup_id", message->dedup_id);
	add_text(&text, "error", message->error);
	add_attributes(&text, message->attributes);
	buf_add_string(&text, last_line);
	if (text.failed) {
		errno = ENOMEM;
		return false;
	}
	return replace_file(saved->settings, saved->unfinished, buf_view(&text)) &&
	       sync_parent(saved->settings);
}

static bool lies_at(const struct saved *saved, const char *path)
{
	return saved && strcmp(saved->content, path) == 0 && access(path, F_OK) == 0;
}

struct saved *saved_write(
	const char *dir, const struct saved_message *message, const struct saved *old)
{
	AUTO(saved_free)
	struct saved *saved = saved_new(dir, message->group_id, message->name);
	bool is_new;

	if (!saved) {
		errno = ENOMEM;
		return NULL;
	}
	if (!make_parents(saved->content) || !make_parents(saved->settings))
		return NULL;
	is_new = !lies_at(old, saved->content);
	if (is_new && !write_file(saved->content, message->bytes))
		return NULL;
	if ((!is_new || sync_parent(saved->content)) && saved_update(saved, message))
		return TAKE(saved);
	if (is_new)
		remove_unfinished(saved->content);
	return NULL;
}

/* -------------------------------------------------------------------------------------
 * Reading
 */

/* One that was found; the message's texts are its own. */
struct found {
	struct saved *saved;
	struct saved_message message;
	struct attributes attributes;
	struct buf bytes;
	char *group_id, *name, *state, *error, *dedup_id;
};

static void found_finish(struct found *found)
{
	saved_free(found->saved);
	attributes_finish(&found->attributes);
	buf_finish(&found->bytes);
	free(found->group_id);
	free(found->name);
	free(found->state);
	free(found->error);
	free(found->dedup_id);
}

static bool read_file(const char *path, struct buf *bytes)
{
	AUTO(close) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 && buf_reserve(bytes, 4096)) {
		n = read(fd, bytes->data + bytes->len, 4096);
		if (n > 0)
			bytes->len += (size_t)n;
		if (n < 0 && errno == EINTR)
			n = 1;
	}
	if (n == 0 && bytes->data)
		bytes->data[bytes->len] = '\0';
	return n == 0 && !bytes->failed;
}

static void take_setting(struct found *found, const char *name, char *value)
{
	const struct {
		const char *name;
		char **text;
	} texts[] = {{"state", &found->state}, {"error", &found->error},
		{"dedup_id", &found->dedup_id}};
	size_t len = octal_unescape(value);
	int64_t number;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (strcmp(name, texts[i].name) == 0) {
			free(*texts[i].text);
			*texts[i].text = strdup(value);
		}
	}
	if (strcmp(name, "order") == 0 &&
		number_parse(view_of(value), 0, INT64_MAX, &number))
		found->message.order = (uint64_t)number;
	if (strcmp(name, "parts") == 0 &&
		number_parse(view_of(value), 0, UINT32_MAX, &number))
		found->message.parts = (unsigned)number;
	if (attributes_key(name))
		attributes_set(&found->attributes, attributes_key(name),
			(struct view){value, len});
}

/* False: it is not complete. */
static bool take_settings(struct found *found, struct buf *text)
{
	size_t end = sizeof(last_line) - 1;
	char *rest = text->data, *line;

	if (text->len < end || strcmp(text->data + text->len - end, last_line) != 0)
		return false;
	while ((line = strsep(&rest, "\n")) != NULL) {
		char *value = strchr(line, '=');

		if (value) {
			*value++ = '\0';
			take_setting(found, line, value);
		}
	}
	return found->state != NULL;
}

static bool load(
	const char *dir, const char *group_id, const char *name, struct found *found)
{
	AUTO(buf) struct buf settings = BUF_INIT(MOST_SETTINGS);

	found->bytes.ceiling = SQS_LARGEST_MESSAGE + 4096;
	found->saved = saved_new(dir, group_id, name);
	found->name = strdup(name);
	found->group_id = group_id ? strdup(group_id) : NULL;
	if (!found->saved || !found->name || (group_id && !found->group_id) ||
		!read_file(found->saved->settings, &settings) ||
		!take_settings(found, &settings) ||
		!read_file(found->saved->content, &found->bytes))
		return false;
	found->message.group_id = found->group_id;
	found->message.name = found->name;
	found->message.state = found->state;
	found->message.error = found->error;
	found->message.dedup_id = found->dedup_id;
	found->message.bytes = buf_view(&found->bytes);
	found->message.attributes = &found->attributes;
	return true;
}

struct catalogue {
	struct found **found;
	size_t count;
};

static void add_found(struct catalogue *catalogue, const char *dir, const char *group_id,
	const char *name)
{
	struct found **more =
		reallocarray(catalogue->found, catalogue->count + 1, sizeof(*more));
	struct found *found = calloc(1, sizeof(*found));

	if (more)
		catalogue->found = more;
	if (more && found && load(dir, group_id, name, found)) {
		catalogue->found[catalogue->count++] = found;
		return;
	}
	if (found)
		found_finish(found);
	free(found);
}

/* Every file in DIR/.sqs/[GROUP]; one level of groups. */
static bool find_in(struct catalogue *catalogue, const char *dir, const char *group_id)
{
	AUTO(free) char *path = NULL;
	const struct dirent *entry;
	DIR *names;

	if (asprintf(&path, "%s/%s/%s", dir, settings_dir, group_id ? group_id : "") < 0)
		return false;
	names = opendir(path);
	if (!names)
		return false;
	while ((entry = readdir(names)) != NULL) {
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			fstatat(dirfd(names), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) !=
				0)
			continue;
		if (S_ISREG(st.st_mode))
			add_found(catalogue, dir, group_id, entry->d_name);
		else if (S_ISDIR(st.st_mode) && !group_id)
			find_in(catalogue, dir, entry->d_name);
	}
	closedir(names);
	return true;
}

static int by_order(const void *a, const void *b)
{
	const struct found *const *left = a, *const *right = b;
	uint64_t l = (*left)->message.order, r = (*right)->message.order;

	return (l > r) - (l < r);
}

bool saved_read_all(const char *dir, saved_found_fn *found, void *arg)
{
	struct catalogue catalogue = {0};

	if (!find_in(&catalogue, dir, NULL))
		return false;
	if (catalogue.count)
		qsort(catalogue.found, catalogue.count, sizeof(struct found *), by_order);
	for (size_t i = 0; i < catalogue.count; i++) {
		struct found *one = catalogue.found[i];

		found(arg, TAKE(one->saved), &one->message, &one->attributes);
		found_finish(one);
		free(one);
	}
	free(catalogue.found);
	return true;
}
