/* SPDX-License-Identifier: MIT */
/* The unlock is missing altogether in a function that returns nothing and takes
 * the lock on some ways only: nobody can know that it is held. Others take and
 * release it. A library. */
#include <pthread.h>
#include <stdlib.h>
struct heal { struct heal *next, *prev; };
struct priv { pthread_mutex_t lock; struct heal list; int n; };
struct fdctx { struct heal *heal; };

int count_ok(struct priv *priv)
{
	int n;

	pthread_mutex_lock(&priv->lock);
	n = priv->n;
	pthread_mutex_unlock(&priv->lock);
	return n;
}

void cleanup_bad(struct priv *priv, struct fdctx *c)
{
	if (c->heal) {
		pthread_mutex_lock(&priv->lock);
		{
			c->heal->prev->next = c->heal->next;
			c->heal->next->prev = c->heal->prev;
		}
		free(c->heal);
		c->heal = NULL;
	}
	free(c);
} // @expect unreleased-lock:error

int forget(struct priv *priv, struct fdctx *c)
{
	cleanup_bad(priv, c);
	return 0;
}

/* On all ways: perhaps somebody that we do not see expects it. */
void bump_bad(struct priv *priv)
{
	pthread_mutex_lock(&priv->lock);
	priv->n++;
} // @expect unreleased-lock:warning
