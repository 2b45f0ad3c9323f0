/* SPDX-License-Identifier: MIT */
#include "fs/helper.h"

#include <stdlib.h>

#include "sqs/base/thread.h"

struct helper {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct list jobs; /* lock */
	bool is_busy;     /* lock: a job is running */
	bool is_ending;   /* lock */
};

/* The next job; NULL when there will be none. */
static struct job *wait_for_job(struct helper *helper)
{
	struct list *link;

	pthread_mutex_lock(&helper->lock);
	helper->is_busy = false;
	pthread_cond_broadcast(&helper->changed);
	while (list_is_empty(&helper->jobs) && !helper->is_ending)
		pthread_cond_wait(&helper->changed, &helper->lock);
	link = list_pop(&helper->jobs);
	helper->is_busy = link != NULL;
	pthread_mutex_unlock(&helper->lock);
	return link ? list_entry(link, struct job, link) : NULL;
}

static void *run(void *arg)
{
	struct job *job;

	while ((job = wait_for_job(arg)) != NULL)
		job->run(job);
	return NULL;
}

struct helper *helper_new(void)
{
	struct helper *helper = calloc(1, sizeof(*helper));

	if (!helper)
		return NULL;
	pthread_mutex_init(&helper->lock, NULL);
	pthread_cond_init(&helper->changed, NULL);
	list_init(&helper->jobs);
	if (thread_start(&helper->thread, "helper", run, helper) != 0) {
		free(helper);
		return NULL;
	}
	return helper;
}

void helper_add(struct helper *helper, struct job *job)
{
	pthread_mutex_lock(&helper->lock);
	list_append(&helper->jobs, &job->link);
	pthread_cond_broadcast(&helper->changed);
	pthread_mutex_unlock(&helper->lock);
}

void helper_wait(struct helper *helper)
{
	if (!helper)
		return;
	pthread_mutex_lock(&helper->lock);
	while (helper->is_busy || !list_is_empty(&helper->jobs))
		pthread_cond_wait(&helper->changed, &helper->lock);
	pthread_mutex_unlock(&helper->lock);
}

void helper_free(struct helper *helper)
{
	if (!helper)
		return;
	pthread_mutex_lock(&helper->lock);
	helper->is_ending = true;
	pthread_cond_broadcast(&helper->changed);
	pthread_mutex_unlock(&helper->lock);
	pthread_join(helper->thread, NULL);
	pthread_cond_destroy(&helper->changed);
	pthread_mutex_destroy(&helper->lock);
	free(helper);
}
