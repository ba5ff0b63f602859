/* SPDX-License-Identifier: MIT */
/* How the enums of model.h are spelled, in YAML and in all output. */
#include "model/names.h"

static const char *const op_names[] = {
	[LC_MODEL_NONE] = "none",
	[LC_MODEL_ACQUIRE] = "acquire",
	[LC_MODEL_RELEASE] = "release",
	[LC_MODEL_INIT] = "init",
	[LC_MODEL_DESTROY] = "destroy",
	[LC_MODEL_WAIT] = "wait",
	[LC_MODEL_SIGNAL] = "signal",
	[LC_MODEL_BROADCAST] = "broadcast",
	[LC_MODEL_START] = "start",
	[LC_MODEL_JOIN] = "join",
	[LC_MODEL_DETACH] = "detach",
	[LC_MODEL_THREAD_EXIT] = "thread-exit",
	[LC_MODEL_EXIT] = "exit",
	[LC_MODEL_ONCE] = "once",
	[LC_MODEL_BARRIER] = "barrier",
	[LC_MODEL_FORK] = "fork",
	[LC_MODEL_ATTR_INIT] = "attr-init",
	[LC_MODEL_ATTR_KIND] = "attr-kind",
	[LC_MODEL_CONSISTENT] = "consistent",
	[LC_MODEL_ASSERT_HELD] = "assert-held",
	[LC_MODEL_BLOCK] = "block",
	[LC_MODEL_ALLOC] = "alloc",
	[LC_MODEL_FREE] = "free",
	[LC_MODEL_CALLS] = "calls",
	[LC_MODEL_REGISTER] = "register",
	[LC_MODEL_HANDLER] = "handler",
	[LC_MODEL_SELF] = "self",
	[LC_MODEL_THREAD_GET] = "thread-get",
	[LC_MODEL_THREAD_SET] = "thread-set",
	[LC_MODEL_CLEANUP_PUSH] = "cleanup-push",
	[LC_MODEL_CLEANUP_POP] = "cleanup-pop",
	[LC_MODEL_CLEANUP_NEXT] = "cleanup-next",
	[LC_MODEL_NOP] = "nop",
};
static const char *const kind_names[] = {
	[LC_KIND_UNKNOWN] = "unknown",
	[LC_KIND_MUTEX] = "mutex",
	[LC_KIND_RECURSIVE] = "recursive",
	[LC_KIND_ERRORCHECK] = "errorcheck",
	[LC_KIND_RWLOCK] = "rwlock",
	[LC_KIND_SPIN] = "spin",
	[LC_KIND_SEMAPHORE] = "semaphore",
	[LC_KIND_ONCE] = "once",
	[LC_KIND_STREAM] = "stream",
	[LC_KIND_GIL] = "gil",
};
static const char *const mode_names[] = {
	[LC_MODE_EXCLUSIVE] = "exclusive",
	[LC_MODE_SHARED] = "shared",
	[LC_MODE_ANY] = "any",
};
static const char *const blocking_names[] = {
	[LC_BLOCK_YES] = "yes",
	[LC_BLOCK_TRY] = "try",
	[LC_BLOCK_TIMED] = "timed",
};
static const char *const success_names[] = {
	[LC_SUCCESS_ALWAYS] = "always",
	[LC_SUCCESS_ZERO] = "zero",
	[LC_SUCCESS_ERRNO] = "errno",
	[LC_SUCCESS_NONZERO] = "nonzero",
	[LC_SUCCESS_NONNULL] = "nonnull",
	[LC_SUCCESS_NONNEG] = "nonnegative",
	[LC_SUCCESS_POSITIVE] = "positive",
};
_Static_assert(LC_LEN(kind_names) == LC_KIND_COUNT, "a kind has no name");
_Static_assert(LC_LEN(op_names) == LC_MODEL_NOP + 1, "an op has no name");

/* "none" is no word of the YAML vocabulary. */
const struct lc_names lc_op_names = { op_names, 1, LC_LEN(op_names) };
const struct lc_names lc_kind_names = { kind_names, 0, LC_LEN(kind_names) };
const struct lc_names lc_mode_names = { mode_names, 0, LC_LEN(mode_names) };
const struct lc_names lc_blocking_names = { blocking_names, 0,
					    LC_LEN(blocking_names) };
const struct lc_names lc_success_names = { success_names, 0,
					   LC_LEN(success_names) };

const char *lc_op_name(enum lc_op op)
{
	return op_names[op];
}

const char *lc_kind_name(enum lc_kind kind)
{
	return kind_names[kind];
}

const char *lc_mode_name(enum lc_mode mode)
{
	return mode_names[mode];
}

const char *lc_blocking_name(enum lc_blocking blocking)
{
	return blocking_names[blocking];
}
