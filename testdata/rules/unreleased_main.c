/* SPDX-License-Identifier: MIT */
/* main() keeps the lock of a row on several ways: told once. */
#include <pthread.h>

enum { ROWS = 4, COLS = 4 };
static struct row {
	pthread_mutex_t lock;
	int cell[COLS];
} grid[ROWS];

static int find(int x)
{
	int found = 0;

	for (int r = 0; r < ROWS && !found; r++) {
		pthread_mutex_lock(&grid[r].lock);
		for (int c = 0; c < COLS; c++) {
			if (grid[r].cell[c] != x)
				continue;
			grid[r].cell[c] = 0;
			found = 1;
			break;
		}
		if (found)
			return r;
		pthread_mutex_unlock(&grid[r].lock);
	}
	return -1;
}

int main(void)
{
	for (int r = 0; r < ROWS; r++)
		pthread_mutex_init(&grid[r].lock, NULL);
	grid[2].cell[1] = 9;
	find(9);
	return find(9); // @expect-one unreleased-lock
}
