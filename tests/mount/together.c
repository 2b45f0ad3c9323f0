/* SPDX-License-Identifier: MIT */
/*
 * Files that were written by as many processes, and closed at the same moment.
 *
 *	together DIR COUNT
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct start {
	int ready[2]; /* a byte from each that has written */
	int go[2];    /* its end is the sign to close */
};

static bool write_one(const char *dir, int number, const struct start *start)
{
	char name[4096], byte = 0;
	int fd;

	close(start->go[1]);
	snprintf(name, sizeof(name), "%s/t%d", dir, number);
	fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, "together", 8) != 8) {
		perror(name);
		return false;
	}
	if (write(start->ready[1], &byte, 1) != 1 || read(start->go[0], &byte, 1) != 0)
		return false;
	if (close(fd) != 0) {
		perror(name);
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	int count = argc == 3 ? atoi(argv[2]) : 0;
	struct start start;
	int failed = 0, status;
	char byte;

	if (count < 1 || pipe(start.ready) != 0 || pipe(start.go) != 0) {
		fprintf(stderr, "usage: together DIR COUNT\n");
		return 2;
	}
	for (int i = 0; i < count; i++) {
		if (fork() == 0)
			_exit(!write_one(argv[1], i, &start));
	}
	close(start.ready[1]);
	for (int i = 0; i < count && read(start.ready[0], &byte, 1) == 1; i++)
		;
	close(start.go[1]);
	while (wait(&status) > 0)
		failed += status != 0;
	return failed != 0;
}
