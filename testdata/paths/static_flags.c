/* A static number that nobody writes is what it was initialised to; in a whole program
 * so is a global one. */
#include <pthread.h>
static int always = 1, zero;
int global_always = 1;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int v;
static int ret_static(void) { return always; }
static void not_ok(void)
{
	pthread_mutex_lock(&m);
	if (!always)
		return;
	pthread_mutex_unlock(&m);
}
static void compare_ok(void)
{
	pthread_mutex_lock(&m);
	if (always != 1)
		return;
	pthread_mutex_unlock(&m);
}
static void zero_ok(void)
{
	pthread_mutex_lock(&m);
	v++;
	if (zero)
		return;
	while (zero)
		pthread_mutex_unlock(&m);
	pthread_mutex_unlock(&m);
}
static void call_ok(void)
{
	pthread_mutex_lock(&m);
	if (!ret_static())
		return;
	pthread_mutex_unlock(&m);
}
static void global_ok(void)
{
	pthread_mutex_lock(&m);
	if (!global_always)
		return;
	pthread_mutex_unlock(&m);
}
int main(void)
{
	not_ok();
	compare_ok();
	zero_ok();
	call_ok();
	global_ok();
	return 0;
}

static int sometimes = 1;
static void set_sometimes(int to) { sometimes = to; }
void written_bad(void)
{
	pthread_mutex_lock(&m);
	if (!sometimes)
		return; // @expect unreleased-lock
	pthread_mutex_unlock(&m);
	set_sometimes(v);
}
