#pragma once

/* The loops that are measured: the same ones over the host's calls and over Windows's. Each ends the program where a call fails. */

void raw_reserve(int rounds);
void windows_reserve(int rounds);
void raw_reserve_commit(int rounds);
void windows_reserve_commit(int rounds);
void raw_commit(int rounds);
void windows_commit(int rounds);
void raw_commit_touch(int rounds);
void windows_commit_touch(int rounds);
void raw_protect(int rounds);
void windows_protect(int rounds);
void raw_protect_large(int rounds);
void windows_protect_large(int rounds);
/// As raw_protect_large, in the middle of a mapping: the kernel has to cut it and to join it again.
void raw_protect_inside(int rounds);
void raw_map(int rounds);
void windows_map(int rounds);
/// Writes to watched pages that were not written since the last reset; one reset for all of them.
void windows_watch_write(int rounds);
/// Writes to one of many watched pages, and asks all of them which it was.
void windows_watch_collect(int rounds);

/// Allocates and frees a block: of 64 bytes, of 5,000, and one of 10,000 of random sizes up to 1,000 bytes.
void raw_heap(int rounds);
void windows_heap(int rounds);
void raw_heap_larger(int rounds);
void windows_heap_larger(int rounds);
void raw_heap_random(int rounds);
void windows_heap_random(int rounds);

void raw_reserve_size(int rounds, int exponent);
void windows_reserve_size(int rounds, int exponent);
void windows_query_begin(int exponent);
void windows_query(int rounds);
void windows_query_end(void);

int windows_many_prepare(int count);
void windows_many_reserve(int count);
/// Releases every other one.
void windows_many_holes(int count);
void windows_many_query(int count, int rounds);
/// Asks for every block from the lowest address on; how many there are.
int windows_walk(void);
void windows_past_holes(int rounds);
void windows_many_release(int count);
