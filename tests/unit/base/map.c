/* SPDX-License-Identifier: MIT */
#include "sqs/base/map.h"
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

TEST(a_map_finds_what_was_put_and_nothing_else)
{
	struct map map = {0};
	int values[3000];
	char key[16];
	int wrong = 0;

	for (int i = 0; i < 3000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		map_put(&map, key, &values[i]);
	}
	for (int i = 0; i < 3000; i += 2) {
		snprintf(key, sizeof(key), "k%d", i);
		wrong += map_remove(&map, key) != &values[i];
	}
	for (int i = 0; i < 3000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		wrong += map_get(&map, key) != (i % 2 ? &values[i] : NULL);
	}
	CHECK_NUMBER(wrong, 0);
	CHECK_NUMBER(map.count, 1500);
	map_finish(&map);
}

TEST(putting_again_replaces)
{
	struct map map = {0};
	int a, b;

	map_put(&map, "x", &a);
	map_put(&map, "x", &b);
	CHECK(map_get(&map, "x") == &b);
	CHECK_NUMBER(map.count, 1);
	map_finish(&map);
}

TEST(keys_that_come_and_go_do_not_fill_the_table)
{
	struct map map = {0};
	int value;

	for (int i = 0; i < 100000; i++) {
		char key[16];

		snprintf(key, sizeof(key), "%d", i);
		map_put(&map, key, &value);
		map_remove(&map, key);
	}
	CHECK(map.size <= 64);
	map_finish(&map);
}

TEST(next_visits_each_once)
{
	struct map map = {0};
	int values[100], seen = 0;
	char key[16];
	int *value;

	memset(values, 0, sizeof(values));
	for (int i = 0; i < 100; i++) {
		snprintf(key, sizeof(key), "%d", i);
		map_put(&map, key, &values[i]);
	}
	for (size_t at = 0; (value = map_next(&map, &at)) != NULL;)
		seen += ++*value == 1;
	CHECK_NUMBER(seen, 100);
	map_finish(&map);
}

TEST_MAIN
