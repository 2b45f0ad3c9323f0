/* SPDX-License-Identifier: MIT */
#include "sqs/client/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "sqs/base/clock.h"
#include "sqs/client/op.h"

bool mailbox_init(struct mailbox *mailbox)
{
	pthread_mutex_init(&mailbox->lock, NULL);
	list_init(&mailbox->started);
	list_init(&mailbox->cancelled);
	mailbox->is_asleep = false;
	mailbox->wakes_at_ns = 0;
	mailbox->has_news = false;
	mailbox->is_closed = false;
	mailbox->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return mailbox->wake_fd >= 0;
}

void mailbox_finish(struct mailbox *mailbox)
{
	if (mailbox->wake_fd >= 0)
		close(mailbox->wake_fd);
	pthread_mutex_destroy(&mailbox->lock);
}

/* Whether the caller, once it has unlocked, has to wake the thread. */
static bool rouse_locked(struct mailbox *mailbox)
{
	bool was_asleep = mailbox->is_asleep;

	mailbox->is_asleep = false;
	return was_asleep;
}

void mailbox_start(struct mailbox *mailbox, struct sqs_op *const *ops, size_t count)
{
	int64_t now_ns = clock_boot_ns();
	bool is_urgent = false, wakes;

	pthread_mutex_lock(&mailbox->lock);
	for (size_t i = 0; i < count; i++) {
		ops[i]->started_ns = now_ns;
		ops[i]->is_started = true;
		ops[i]->is_late = mailbox->is_closed;
		is_urgent |= now_ns + ops[i]->patience_ns < mailbox->wakes_at_ns;
		list_append(&mailbox->started, &ops[i]->link);
	}
	wakes = is_urgent && rouse_locked(mailbox);
	pthread_mutex_unlock(&mailbox->lock);
	if (wakes)
		eventfd_write(mailbox->wake_fd, 1);
}

void mailbox_cancel(struct mailbox *mailbox, struct sqs_op *op)
{
	bool wakes = false;

	pthread_mutex_lock(&mailbox->lock);
	if (!atomic_exchange(&op->is_cancelled, true) && op->is_started) {
		list_append(&mailbox->cancelled, &op->cancel_link);
		wakes = rouse_locked(mailbox);
	}
	pthread_mutex_unlock(&mailbox->lock);
	if (wakes)
		eventfd_write(mailbox->wake_fd, 1);
}

static void wake(struct mailbox *mailbox, bool closes)
{
	bool wakes;

	pthread_mutex_lock(&mailbox->lock);
	mailbox->has_news = true;
	mailbox->is_closed |= closes;
	wakes = rouse_locked(mailbox);
	pthread_mutex_unlock(&mailbox->lock);
	if (wakes)
		eventfd_write(mailbox->wake_fd, 1);
}

void mailbox_wake(struct mailbox *mailbox)
{
	wake(mailbox, false);
}

void mailbox_close(struct mailbox *mailbox)
{
	wake(mailbox, true);
}

void mailbox_take(struct mailbox *mailbox, struct list *started, struct list *cancelled)
{
	pthread_mutex_lock(&mailbox->lock);
	mailbox->is_asleep = false;
	mailbox->has_news = false;
	list_splice(started, &mailbox->started);
	list_splice(cancelled, &mailbox->cancelled);
	pthread_mutex_unlock(&mailbox->lock);
}

bool mailbox_sleep(struct mailbox *mailbox, int64_t wakes_at_ns)
{
	bool is_asleep;

	pthread_mutex_lock(&mailbox->lock);
	mailbox->is_asleep = list_is_empty(&mailbox->started) &&
			     list_is_empty(&mailbox->cancelled) && !mailbox->has_news;
	mailbox->wakes_at_ns = wakes_at_ns;
	is_asleep = mailbox->is_asleep;
	pthread_mutex_unlock(&mailbox->lock);
	return is_asleep;
}

void mailbox_forget(struct mailbox *mailbox, struct sqs_op *op)
{
	pthread_mutex_lock(&mailbox->lock);
	list_remove(&op->cancel_link);
	pthread_mutex_unlock(&mailbox->lock);
}
