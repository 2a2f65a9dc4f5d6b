/* What Wine's tests expect of the program that runs them: checks are counted, and every test function runs in a process of its own. */
#pragma once

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strata-vm.h"

/* How many of the current checks stand under `todo_wine`: behaviour of Windows's that Wine did not have when they were written. */
extern int suite_todo;

/* The line of a check that says so itself, or 0. */
extern int suite_line;

int suite_check(int condition, int line, const char *format, ...);
void suite_skip(int line, const char *format, ...);
void suite_context(const char *format, ...);
void suite_end_context(void);

/* True in the process that is to run a test function, which then ends itself. */
int suite_begin(const char *name);
void suite_end(void);

int winetest_get_mainargs(char ***arguments);
void wait_child_process(HANDLE process);

#define START_TEST(name) void suite_start(void)
#define RUN(call) do { if (suite_begin(#call)) { call; suite_end(); } } while (0)

#define ok(condition, ...) suite_check((condition) != 0, __LINE__, __VA_ARGS__)
#define ok_(file, line) suite_line = (line), suite_check_there
#define suite_check_there(condition, ...) suite_check((condition) != 0, 0, __VA_ARGS__)
#define todo_wine_if(is_todo) \
    for (int suite_added = ((is_todo) != 0), suite_once = (suite_todo += suite_added, 1); suite_once; suite_once = 0, suite_todo -= suite_added)
#define todo_wine todo_wine_if(1)

/* What older versions of Windows did instead counts as wrong. */
#define broken(condition) 0
#define winetest_platform_is_wine 0
#define skip(...) suite_skip(__LINE__, __VA_ARGS__)
#define win_skip(...) suite_skip(__LINE__, __VA_ARGS__)
#define trace(...) ((void)0)
#define winetest_push_context(...) suite_context(__VA_ARGS__)
#define winetest_pop_context() suite_end_context()
#define wine_dbgstr_longlong(value) "a number"
#define wine_dbgstr_w(text) "a text"
#define debugstr_w(text) "a text"
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof *(array))
#endif

/* Children are parts of the same process: see CreateProcessA. */
typedef struct {
    DWORD cb;
} STARTUPINFOA;
typedef struct {
    HANDLE hProcess, hThread;
} PROCESS_INFORMATION;
BOOL CreateProcessA(
    LPCSTR application, LPSTR line, void *process, void *thread, BOOL inherits, DWORD flags, void *environment, LPCSTR folder,
    STARTUPINFOA *startup, PROCESS_INFORMATION *information);
BOOL TerminateProcess(HANDLE process, UINT code);

#ifndef AT_ROUND_TO_PAGE
#define AT_ROUND_TO_PAGE 0x40000000
#endif

/* The vector registers' upper halves, as contexts keep them. */
typedef struct {
    M128A Ymm[16];
} YMMCONTEXT;
typedef struct {
    ULONG64 Mask, CompactionMask, Reserved[6];
    YMMCONTEXT YmmContext;
} XSTATE;
