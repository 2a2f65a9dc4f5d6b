#pragma once

/* The loops that are measured: the same ones over the host's calls and over libstrata-vm's. Each ends the program where a call fails. */

void raw_reserve(int rounds);
void strata_reserve(int rounds);
void raw_reserve_commit(int rounds);
void strata_reserve_commit(int rounds);
void raw_commit(int rounds);
void strata_commit(int rounds);
void raw_commit_touch(int rounds);
void strata_commit_touch(int rounds);
void raw_protect(int rounds);
void strata_protect(int rounds);
void raw_protect_large(int rounds);
void strata_protect_large(int rounds);
void raw_map(int rounds);
void strata_map(int rounds);

void raw_reserve_size(int rounds, int exponent);
void strata_reserve_size(int rounds, int exponent);
void strata_query_begin(int exponent);
void strata_query(int rounds);
void strata_query_end(void);

int strata_many_prepare(int count);
void strata_many_reserve(int count);
/// Releases every other one.
void strata_many_holes(int count);
void strata_many_query(int count, int rounds);
/// Asks for every block from the lowest address on; how many there are.
int strata_walk(void);
void strata_past_holes(int rounds);
void strata_many_release(int count);
