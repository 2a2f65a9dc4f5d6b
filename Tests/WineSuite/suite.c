/* Runs a suite's test functions one by one and prints what came of each; see Scripts/wine-suite. */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wine/test.h"

void suite_start(void);

int suite_todo, suite_line;

/* Shared with the process that runs a function. */
struct counts {
    long checks, failures, todo_passed, todo_failed, skipped;
};
static struct counts *counts;
static struct counts total;
static long crashed;

static const char *wanted;
static char *child_arguments[8];
static int child_argument_count;

enum { time_limit = 120, reported = 20 };

/* Windows's printf knows sizes that the host's does not, and its long has 32 bits. */
static void print(const char *kind, int line, const char *format, va_list values)
{
    char native[4096];
    size_t length = 0;
    for (const char *at = format; *at != 0 && length < sizeof native - 8;) {
        if (*at != '%' || at[1] == '%') {
            if (*at == '%')
                native[length++] = *at++;
            native[length++] = *at++;
            continue;
        }
        native[length++] = *at++;
        while (*at != 0 && strchr("0123456789.-+# *", *at) != NULL && length < sizeof native - 8)
            native[length++] = *at++;
        if (strncmp(at, "I64", 3) == 0) {
            at += 3;
            native[length++] = 'l';
            native[length++] = 'l';
        } else if (*at == 'I') {
            at++;
            native[length++] = 'z';
        } else if (*at == 'l' && at[1] != 'l') {
            at++;
        }
        while (*at == 'l')
            native[length++] = *at++;
        if (*at != 0)
            native[length++] = *at++;
    }
    native[length] = 0;
    fprintf(stderr, "  %s, line %d: ", kind, line);
    vfprintf(stderr, native, values);
}

int suite_check(int condition, int line, const char *format, ...)
{
    line = line != 0 ? line : suite_line;
    suite_line = 0;
    __sync_fetch_and_add(&counts->checks, 1);
    if (suite_todo > 0) {
        __sync_fetch_and_add(condition ? &counts->todo_passed : &counts->todo_failed, 1);
    } else if (!condition && __sync_fetch_and_add(&counts->failures, 1) < reported) {
        va_list values;
        va_start(values, format);
        print("failed", line, format, values);
        va_end(values);
    }
    return condition;
}

void suite_skip(int line, const char *format, ...)
{
    __sync_fetch_and_add(&counts->skipped, 1);
    va_list values;
    va_start(values, format);
    print("skipped", line, format, values);
    va_end(values);
}

void suite_context(const char *format, ...) { (void)format; }
void suite_end_context(void) {}

static void row(const char *name, const struct counts *of, const char *note)
{
    printf("%-62s %7ld %8ld %12ld %12ld %7ld%s\n", name, of->checks, of->failures, of->todo_passed, of->todo_failed, of->skipped, note);
    fflush(stdout);
}

int suite_begin(const char *name)
{
    if (child_argument_count > 0 || (wanted != NULL && strstr(name, wanted) == NULL))
        return 0;
    struct counts *const shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        perror("wine-suite");
        exit(71);
    }
    const pid_t process = fork();
    if (process == 0) {
        counts = shared;
        alarm(time_limit);
        return 1;
    }
    int status = 0;
    waitpid(process, &status, 0);
    char note[64] = "";
    if (WIFSIGNALED(status))
        snprintf(note, sizeof note, "  ended by signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        snprintf(note, sizeof note, "  ended with status %d", WEXITSTATUS(status));
    crashed += status != 0;
    row(name, shared, note);
    total.checks += shared->checks;
    total.failures += shared->failures;
    total.todo_passed += shared->todo_passed;
    total.todo_failed += shared->todo_failed;
    total.skipped += shared->skipped;
    munmap(shared, sizeof *shared);
    return 0;
}

void suite_end(void)
{
    fflush(NULL);
    _exit(0);
}

int winetest_get_mainargs(char ***arguments)
{
    static char *own[] = { "suite", "virtual", NULL };
    *arguments = child_argument_count > 0 ? child_arguments : own;
    return child_argument_count > 0 ? child_argument_count : 2;
}

/*
 * There is one process, and names are known within it: what a child would do is done here, and its handles are this process's. A child
 * that only sleeps has nothing to do.
 */
BOOL CreateProcessA(
    LPCSTR application, LPSTR line, void *process, void *thread, BOOL inherits, DWORD flags, void *environment, LPCSTR folder,
    STARTUPINFOA *startup, PROCESS_INFORMATION *information)
{
    (void)application, (void)process, (void)thread, (void)inherits, (void)flags, (void)environment, (void)folder, (void)startup;
    if (strstr(line, "sharedmem") != NULL) {
        for (char *word = strtok(line, " \""); word != NULL && child_argument_count < 8; word = strtok(NULL, " \""))
            child_arguments[child_argument_count++] = word;
        suite_start();
        child_argument_count = 0;
    }
    information->hProcess = OpenProcess(PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId());
    information->hThread = OpenProcess(PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId());
    return TRUE;
}

BOOL TerminateProcess(HANDLE process, UINT code)
{
    (void)process, (void)code;
    return TRUE;
}

void wait_child_process(HANDLE process) { (void)process; }

int main(int count, char **arguments)
{
    static struct counts outside;
    counts = &outside;
    wanted = count > 1 ? arguments[1] : NULL;
    setvbuf(stderr, NULL, _IOLBF, 0);
    printf("%-62s %7s %8s %12s %12s %7s\n", "function", "checks", "failures", "todo passed", "todo failed", "skipped");
    fflush(stdout);
    suite_start();
    row("all", &total, "");
    return total.failures != 0 || outside.failures != 0 || crashed != 0;
}
