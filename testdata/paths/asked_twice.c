/* GlusterFS statedump: whether the lock is taken depends on a pure function of the same arguments, asked again
 * before the release (strcmp on the program's name). A library. */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
struct ctx { pthread_mutex_t cleanup_lock; char *process_name; int active, n; };
extern const char *user_name(int id);

static bool is_daemon(const char *name)
{
	const char *const daemons[] = { "fsd", "shd", NULL };

	for (int i = 0; daemons[i]; i++)
		if (!strcmp(daemons[i], name))
			return true;
	return false;
}

static bool has_name(struct ctx *c)
{
	return c->process_name && c->process_name[0] && !strncmp(c->process_name, "fs", 2);
}

void dump_ok(struct ctx *ctx, const char *path)
{
	if (!ctx)
		return;
	if (is_daemon(ctx->process_name))
		pthread_mutex_lock(&ctx->cleanup_lock);
	if (!is_daemon(ctx->process_name) && ctx->active)
		ctx->n++;
	printf("dump to %s\n", path);
	if (is_daemon(ctx->process_name))
		pthread_mutex_unlock(&ctx->cleanup_lock);
}

void named_ok(struct ctx *ctx)
{
	if (has_name(ctx))
		pthread_mutex_lock(&ctx->cleanup_lock);
	ctx->n = 0;
	if (has_name(ctx))
		pthread_mutex_unlock(&ctx->cleanup_lock);
}

void strcmp_ok(struct ctx *ctx, const char *who)
{
	if (strcmp(who, "root") == 0)
		pthread_mutex_lock(&ctx->cleanup_lock);
	ctx->n++;
	if (strcmp(who, "root") == 0)
		pthread_mutex_unlock(&ctx->cleanup_lock);
}

int dump_bad(struct ctx *ctx, const char *path)
{
	if (is_daemon(ctx->process_name))
		pthread_mutex_lock(&ctx->cleanup_lock);
	if (!path)
		return -1; // @expect unreleased-lock
	ctx->n++;
	if (is_daemon(ctx->process_name))
		pthread_mutex_unlock(&ctx->cleanup_lock);
	return 0;
}
