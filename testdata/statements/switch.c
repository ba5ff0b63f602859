/* SPDX-License-Identifier: MIT */
/* switch: return from a case, fall-through, default, GNU ranges. A library. */
#include <pthread.h>

enum command { CMD_GET, CMD_SET, CMD_DEL, CMD_STAT };

struct store {
	pthread_mutex_t lock;
	int value;
	int deleted;
};

int store_exec_bad(struct store *s, enum command cmd, int value)
{
	int result = 0;

	pthread_mutex_lock(&s->lock);
	switch (cmd) {
	case CMD_GET:
		result = s->value;
		break;
	case CMD_SET:
		s->value = value;
		break;
	case CMD_DEL:
		if (s->deleted)
			return -1; // @expect unreleased-lock
		s->deleted = 1;
		break;
	default:
		result = -2;
	}
	pthread_mutex_unlock(&s->lock);
	return result;
}

int store_exec_ok(struct store *s, enum command cmd, int value)
{
	int result = 0;

	pthread_mutex_lock(&s->lock);
	switch (cmd) {
	case CMD_GET:
		result = s->value;
		break;
	case CMD_SET:
		s->value = value;
		break;
	case CMD_DEL:
		if (s->deleted) {
			pthread_mutex_unlock(&s->lock);
			return -1;
		}
		s->deleted = 1;
		break;
	default:
		result = -2;
	}
	pthread_mutex_unlock(&s->lock);
	return result;
}

/* The first case has no break and runs into the second unlock. */
void store_fallthrough_bad(struct store *s, enum command cmd)
{
	pthread_mutex_lock(&s->lock);
	switch (cmd) {
	case CMD_SET:
		s->value++;
		pthread_mutex_unlock(&s->lock);
		/* fall through */
	default:
		pthread_mutex_unlock(&s->lock); // @expect release-not-held
	}
}

void store_fallthrough_ok(struct store *s, enum command cmd)
{
	pthread_mutex_lock(&s->lock);
	switch (cmd) {
	case CMD_SET:
		s->value++;
		/* fall through */
	default:
		pthread_mutex_unlock(&s->lock);
	}
}

/* Without a default, a command outside the range passes by the unlock. */
int store_range_bad(struct store *s, int cmd)
{
	pthread_mutex_lock(&s->lock);
	switch (cmd) {
	case 0 ... 9:
		s->value = cmd;
		pthread_mutex_unlock(&s->lock);
		return 0;
	}
	return -1; // @expect unreleased-lock
}

int store_range_ok(struct store *s, int cmd)
{
	pthread_mutex_lock(&s->lock);
	switch (cmd) {
	case 0 ... 9:
		s->value = cmd;
		pthread_mutex_unlock(&s->lock);
		return 0;
	}
	pthread_mutex_unlock(&s->lock);
	return -1;
}

/* The same switch twice: the value decides both times. */
int store_twice_ok(struct store *s, enum command cmd)
{
	int result = 0;

	switch (cmd) {
	case CMD_SET:
	case CMD_DEL:
		pthread_mutex_lock(&s->lock);
		break;
	default:
		break;
	}
	result = s->value;
	switch (cmd) {
	case CMD_SET:
	case CMD_DEL:
		pthread_mutex_unlock(&s->lock);
		break;
	default:
		break;
	}
	return result;
}

int store_twice_bad(struct store *s, enum command cmd)
{
	int result = 0;

	switch (cmd) {
	case CMD_SET:
	case CMD_DEL:
		pthread_mutex_lock(&s->lock);
		break;
	default:
		break;
	}
	result = s->value;
	switch (cmd) {
	case CMD_SET:
		pthread_mutex_unlock(&s->lock);
		break;
	default:
		break;
	}
	return result; // @expect unreleased-lock
}
