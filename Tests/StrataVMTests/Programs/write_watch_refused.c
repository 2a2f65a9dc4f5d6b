/* A process that is not allowed the kernel's own way of noticing writes, as in a sandbox. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include "watch.h"

int main(void)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_userfaultfd, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {sizeof program / sizeof *program, program};
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
    char *memory = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE);
    if (insists_on("kernel")) {
        CHECK(memory == NULL && GetLastError() == ERROR_ACCESS_DENIED);
        CHECK(VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) != NULL);
        return finish();
    }
    CHECK(memory != NULL);
    memory[0x3000] = 1;
    const int zeros = open("/dev/zero", O_RDONLY);
    CHECK(read(zeros, memory, 1) == -1 && errno == EFAULT);
    PVOID pages[4];
    ULONG_PTR count = 4;
    ULONG granularity;
    CHECK(GetWriteWatch(0, memory, 0x10000, pages, &count, &granularity) == 0 && count == 1 && pages[0] == memory + 0x3000);
    return finish();
}
