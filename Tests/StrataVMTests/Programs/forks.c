/* A child is a process of its own, whatever the threads of its parent were doing when it was made. */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

enum { threads = 3, rounds = 300, size = 0x20000 };

static volatile bool ends;
static HANDLE shared_event;
static const char *folder;

static LONG CALLBACK pass_on(PEXCEPTION_POINTERS exception)
{
    (void)exception;
    return EXCEPTION_CONTINUE_SEARCH;
}

static void *work(void *argument)
{
    while (!ends) {
        char *const at = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        DWORD old;
        at[0] = 1;
        if (!VirtualProtect(at, 0x1000, PAGE_READONLY, &old) || !VirtualFree(at, 0, MEM_RELEASE))
            return argument;
    }
    return NULL;
}

/* Names, handles, files, waits, movable memory and handlers of exceptions: 0, or the number of what fails. */
static int use_handles(const char *name, const char *path)
{
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, size, name);
    char *const view = section == NULL ? NULL : MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    if (view == NULL || (view[1] = 5) != 5 || !UnmapViewOfFile(view) || !CloseHandle(section))
        return 11;
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    if (event == NULL || !SetEvent(event) || WaitForSingleObject(event, INFINITE) != WAIT_OBJECT_0 || !CloseHandle(event))
        return 12;
    HANDLE file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    DWORD written;
    if (file == INVALID_HANDLE_VALUE || !WriteFile(file, name, 4, &written, NULL) || !CloseHandle(file))
        return 13;
    HGLOBAL movable = GlobalAlloc(GMEM_MOVEABLE, 100);
    if (movable == NULL || GlobalLock(movable) == NULL || GlobalUnlock(movable) || GlobalFree(movable) != NULL)
        return 15;
    PVOID handler = AddVectoredExceptionHandler(1, pass_on);
    return handler != NULL && RemoveVectoredExceptionHandler(handler) ? 0 : 14;
}

static void *work_with_handles(void *argument)
{
    char name[32], path[300];
    const char *const folder = argument;
    snprintf(name, sizeof name, "fork-%p", (void *)&name);
    snprintf(path, sizeof path, "%s/strata-forks-%d-%p", folder, (int)getpid(), (void *)&path);
    while (!ends)
        if (use_handles(name, path) != 0)
            return argument;
    return NULL;
}

static int child(char *inherited)
{
    /* Where it waits for ever the parent is told so. */
    alarm(300);
    char path[300];
    snprintf(path, sizeof path, "%s/strata-forks-%d", folder, (int)getpid());
    if (WaitForSingleObject(shared_event, 0) != WAIT_OBJECT_0 || !CloseHandle(shared_event))
        return 10;
    for (int i = 0; i < 3; i++) {
        const int failed = use_handles("fork-child", path);
        if (failed != 0)
            return failed;
    }
    if (inherited[0] != 7)
        return 1;
    inherited[0] = 8;
    char *const own = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (own == NULL || own[size - 1] != 0)
        return 2;
    own[size - 1] = 1;
    MEMORY_BASIC_INFORMATION information;
    if (VirtualQuery(own, &information, sizeof information) == 0 || information.RegionSize != size)
        return 3;
    return VirtualFree(own, 0, MEM_RELEASE) && VirtualFree(inherited, 0, MEM_RELEASE) ? 0 : 4;
}

int main(void)
{
    char *const inherited = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    inherited[0] = 7;
    folder = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp";
    shared_event = CreateEventA(NULL, TRUE, TRUE, NULL);
    /* Every kind of call was made before: of the first ones, the locks of Swift's runtime may be held by another thread. */
    char path[300];
    DWORD old;
    MEMORY_BASIC_INFORMATION information;
    char *const memory = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    snprintf(path, sizeof path, "%s/strata-forks-%d", folder, (int)getpid());
    CHECK(use_handles("fork-first", path) == 0 && WaitForSingleObject(shared_event, 0) == WAIT_OBJECT_0);
    CHECK(VirtualProtect(memory, 0x1000, PAGE_READONLY, &old) && VirtualQuery(memory, &information, sizeof information) != 0);
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));
    pthread_t thread[threads];
    for (int i = 0; i < threads; i++)
        CHECK(pthread_create(&thread[i], NULL, i == 0 ? work : work_with_handles, i == 0 ? inherited : (void *)folder) == 0);
    for (int round = 0; round < rounds; round++) {
        const pid_t process = fork();
        if (process == 0)
            _exit(child(inherited));
        int status = -1;
        CHECK(process > 0 && waitpid(process, &status, 0) == process && status == 0);
        if (status != 0)
            break;
    }
    ends = true;
    for (int i = 0; i < threads; i++) {
        void *result = NULL;
        CHECK(pthread_join(thread[i], &result) == 0 && result == NULL);
    }
    CHECK(inherited[0] == 7 && VirtualFree(inherited, 0, MEM_RELEASE));
    return finish();
}
