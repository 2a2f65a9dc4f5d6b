/* A child is a process of its own, whatever the threads of its parent were doing when it was made. */
#include <pthread.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

enum { threads = 3, rounds = 300, size = 0x20000 };

static volatile bool ends;

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

static int child(char *inherited)
{
    /* Where it waits for ever the parent is told so. */
    alarm(300);
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
    pthread_t thread[threads];
    for (int i = 0; i < threads; i++)
        CHECK(pthread_create(&thread[i], NULL, work, inherited) == 0);
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
