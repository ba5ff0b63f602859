/* @silent: macros: LOCK/UNLOCK with logging, debug variants, return macros, do-while, checked */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef NDEBUG
#define LOG(...) ((void)0)
#else
#define LOG(...) fprintf(stderr, __VA_ARGS__)
#endif
#define LOCK(m) do { LOG("lock %s\n", #m); if (pthread_mutex_lock(m)) { perror(#m); abort(); } } while (0)
#define UNLOCK(m) do { LOG("unlock %s\n", #m); if (pthread_mutex_unlock(m) != 0) abort(); } while (0)
#define RETURN_UNLOCKED(m, v) do { UNLOCK(m); return (v); } while (0)
#define CHECKED(m, cond, rc) if (!(cond)) { pthread_mutex_unlock(m); return (rc); }
#define SYNCHRONIZED(m) for (int once_ = (pthread_mutex_lock(m), 1); once_; once_ = (pthread_mutex_unlock(m), 0))
#define TRYLOCK_OR(m, action) if (pthread_mutex_trylock(m) != 0) { action; }
#define MIN(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
struct s { pthread_mutex_t m; int n, max; };
int one(struct s *s, int k)
{
	LOCK(&s->m);
	if (k < 0)
		RETURN_UNLOCKED(&s->m, -EINVAL);
	s->n += k;
	UNLOCK(&s->m);
	return 0;
}
int two(struct s *s, int k)
{
	pthread_mutex_lock(&s->m);
	CHECKED(&s->m, k > 0, -1);
	CHECKED(&s->m, s->n + k < s->max, -2);
	s->n += k;
	pthread_mutex_unlock(&s->m);
	return 0;
}
int three(struct s *s, int k)
{
	int r = 0;
	SYNCHRONIZED(&s->m) {
		r = s->n;
		if (k)
			s->n = MIN(k, s->max);
	}
	return r;
}
int four(struct s *s)
{
	TRYLOCK_OR(&s->m, return -EBUSY);
	s->n++;
	UNLOCK(&s->m);
	return 0;
}
int five(struct s *s)
{
	int n = ({ pthread_mutex_lock(&s->m); int t = s->n; pthread_mutex_unlock(&s->m); t; });
	return n;
}
#define WITH_LOCK(m, body) do { pthread_mutex_t *m_ = (m); pthread_mutex_lock(m_); body; pthread_mutex_unlock(m_); } while (0)
int six(struct s *s, int *v, int n)
{
	for (int i = 0; i < n; i++)
		WITH_LOCK(&s->m, { s->n += v[i]; if (s->n > s->max) s->n = 0; });
	return 0;
}
