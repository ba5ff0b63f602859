/* SPDX-License-Identifier: MIT */
/* One conversation: lines in, lines out. */
#include "kvd.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void do_get(FILE *out, const char *key)
{
	char value[VALUE_MAX_LEN];

	if (cache_get(key, value) < 0) {
		if (store_get(key, value) < 0) {
			fputs("-none\n", out);
			return;
		}
		cache_put(key, value);
	}
	stats_count("get");
	fprintf(out, "+%s\n", value);
}

static void do_set(FILE *out, const char *key, const char *value)
{
	if (store_set(key, value) < 0) {
		fputs("-full\n", out);
		return;
	}
	cache_remove(key);
	fputs("+ok\n", out);
}

static void do_rename(FILE *out, const char *from, const char *to)
{
	if (store_rename(from, to) < 0) {
		fputs("-refused\n", out);
		return;
	}
	cache_remove(from);
	fputs("+ok\n", out);
}

static void do_line(FILE *out, const char *line)
{
	char word[8], key[KEY_MAX_LEN], value[VALUE_MAX_LEN];
	int n = sscanf(line, "%7s %31s %127s", word, key, value);

	if (n == 2 && !strcmp(word, "get"))
		do_get(out, key);
	else if (n == 3 && !strcmp(word, "set"))
		do_set(out, key, value);
	else if (n == 3 && !strcmp(word, "rename"))
		do_rename(out, key, value);
	else if (n >= 1 && !strcmp(word, "cancel"))
		snapshot_cancel();
	else
		fputs("-what?\n", out);
	fflush(out);
}

static void talk(int fd)
{
	char line[256];
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");

	while (in && out && fgets(line, sizeof(line), in))
		do_line(out, line);
	if (out)
		fclose(out);
	if (in)
		fclose(in);
	else
		close(fd);
}

void *worker_main(void *unused)
{
	static const char *const farewell[] = { "queue closed", "worker ends" };
	int fd;

	while ((fd = queue_pop()) >= 0)
		talk(fd);
	log_batch("worker", farewell, 2);
	return unused;
}
