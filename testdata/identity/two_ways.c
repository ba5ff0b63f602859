/* SPDX-License-Identifier: MIT */
/* One lock reached in two ways through memory: which lock the release means
 * nobody can tell, so nothing is said. A program. */
#include <pthread.h>
#include <stddef.h>

struct page {
	pthread_mutex_t lock;
	unsigned id;
	int used;
};
struct store {
	struct page *pages;
	struct page **bucket;
};
static struct store *disk;

/* Returns holding the page's lock. */
static int open_page(struct store *s, unsigned hash, unsigned *id)
{
	struct page *p = s->bucket[hash];

	if (!p)
		return -1;
	pthread_mutex_lock(&p->lock);
	*id = p->id;
	return 0;
}

static void close_page(struct store *s, unsigned id)
{
	struct page *p = &s->pages[id];

	p->used--;
	pthread_mutex_unlock(&p->lock);
}

/* bucket[1] is one of pages[]. */
static void *reader_ok(void *arg)
{
	unsigned id;

	if (open_page(disk, 1, &id) == 0)
		close_page(disk, id);
	return arg;
}

/* A page by itself and one looked up: the lock of the first is kept. */
static void *forgetful_bad(void *arg)
{
	unsigned id;

	if (open_page(disk, 1, &id) == 0)
		disk->pages[id].used++;
	return arg; // @expect unreleased-lock
}

int main(void)
{
	pthread_t t[2];

	pthread_create(&t[0], NULL, reader_ok, NULL);
	pthread_create(&t[1], NULL, forgetful_bad, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	return 0;
}
