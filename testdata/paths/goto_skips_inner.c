/* goto to the label below the inner unlock: the inner lock stays held. As sure as any
 * early return: an error. A library. */
#include <pthread.h>
struct s { pthread_mutex_t a, b; int x; };

int op_bad(struct s *s, int k)
{
	int rc = -1;

	pthread_mutex_lock(&s->a);
	if (k < 0)
		goto out_a;
	pthread_mutex_lock(&s->b);
	if (k == 0)
		goto out_a;
	s->x += k;
	rc = 0;
	pthread_mutex_unlock(&s->b);
out_a:
	pthread_mutex_unlock(&s->a);
	return rc; // @expect unreleased-lock:error
}

int op_ok(struct s *s, int k)
{
	int rc = -1;

	pthread_mutex_lock(&s->a);
	if (k < 0)
		goto out_a;
	pthread_mutex_lock(&s->b);
	if (k == 0)
		goto out_b;
	s->x += k;
	rc = 0;
out_b:
	pthread_mutex_unlock(&s->b);
out_a:
	pthread_mutex_unlock(&s->a);
	return rc;
}
