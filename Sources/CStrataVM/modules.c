/* The libraries of Windows, all of which are this one: what is asked of them by name. */
#define _GNU_SOURCE
#include "strata-vm-private.h"

#include <dlfcn.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char *const libraries[] = {"kernel32", "kernelbase", "ntdll", "psapi"};
enum { LIBRARY_COUNT = sizeof libraries / sizeof *libraries, KERNELBASE = 1 };
static const char api_set[] = "api-ms-win-core-";

/* The library of a name or a path; -1 where there is none. */
static int library_of(const char *path)
{
    const char *name = path;
    for (const char *at = path; *at != 0; at++)
        if (*at == '\\' || *at == '/')
            name = at + 1;
    if (strncasecmp(name, api_set, sizeof api_set - 1) == 0)
        return KERNELBASE;
    for (int i = 0; i < LIBRARY_COUNT; i++) {
        const size_t length = strlen(libraries[i]);
        if (strncasecmp(name, libraries[i], length) == 0 && (name[length] == 0 || strcasecmp(name + length, ".dll") == 0))
            return i;
    }
    return -1;
}

static int library_at(HMODULE module)
{
    for (int i = 0; module != NULL && i < LIBRARY_COUNT; i++)
        if (strata_vm_is_library(i, module))
            return i;
    return -1;
}

static HMODULE program(void) { return RtlGetCurrentPeb()->ImageBaseAddress; }

HMODULE WINAPI GetModuleHandleA(LPCSTR name)
{
    if (name == NULL)
        return program();
    const int library = library_of(name);
    const HMODULE module = library < 0 ? NULL : strata_vm_library(library, libraries[library]);
    if (module == NULL)
        strata_vm_set_error(library < 0 ? ERROR_MOD_NOT_FOUND : ERROR_NOT_ENOUGH_MEMORY, STATUS_UNSUCCESSFUL);
    return module;
}

/* The names of libraries are plain letters; what is not is no name of one. */
static const char *narrow(LPCWSTR name, char buffer[MAX_PATH])
{
    size_t i = 0;
    for (; name[i] != 0 && i < MAX_PATH - 1; i++)
        buffer[i] = name[i] < 128 ? (char)name[i] : '?';
    buffer[i] = 0;
    return buffer;
}

HMODULE WINAPI GetModuleHandleW(LPCWSTR name)
{
    char buffer[MAX_PATH];
    return GetModuleHandleA(name == NULL ? NULL : narrow(name, buffer));
}

HMODULE WINAPI LoadLibraryExA(LPCSTR name, HANDLE file, DWORD flags)
{
    (void)flags;
    if (name == NULL || file != NULL) {
        strata_vm_set_error(ERROR_INVALID_PARAMETER, STATUS_INVALID_PARAMETER);
        return NULL;
    }
    return GetModuleHandleA(name);
}

HMODULE WINAPI LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags)
{
    char buffer[MAX_PATH];
    return LoadLibraryExA(name == NULL ? NULL : narrow(name, buffer), file, flags);
}

HMODULE WINAPI LoadLibraryA(LPCSTR name) { return LoadLibraryExA(name, NULL, 0); }
HMODULE WINAPI LoadLibraryW(LPCWSTR name) { return LoadLibraryExW(name, NULL, 0); }

/* What the program was started with stays for as long as it runs. */
BOOL WINAPI FreeLibrary(HMODULE module)
{
    if (module == program() || library_at(module) >= 0)
        return TRUE;
    SetLastError(ERROR_MOD_NOT_FOUND);
    return FALSE;
}

FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name)
{
    void *found = NULL;
    /* A number of 16 bits asks by ordinal, of which there are none. */
    if ((uintptr_t)name < 0x10000) {
        SetLastError(ERROR_PROC_NOT_FOUND);
        return NULL;
    }
    if (library_at(module) >= 0 && strata_vm_has_own_libraries()) {
        found = RtlFindExportedRoutineByName(module, name);
    } else if (library_at(module) >= 0) {
        /* Only what this library itself defines: a C function of the same name is another thing. */
        Dl_info mine, other;
        found = dlsym(RTLD_DEFAULT, name);
        if (found != NULL
            && (dladdr((void *)(uintptr_t)&GetProcAddress, &mine) == 0 || dladdr(found, &other) == 0
                || mine.dli_fbase != other.dli_fbase))
            found = NULL;
    } else if (module == program()) {
        found = dlsym(RTLD_DEFAULT, name);
    }
    if (found == NULL) {
        SetLastError(ERROR_PROC_NOT_FOUND);
        return NULL;
    }
    FARPROC procedure;
    memcpy(&procedure, &found, sizeof procedure);
    return procedure;
}

/* The path of a module in the host's bytes; its length, 0 for what is no module. */
static size_t path_of(HMODULE module, char path[MAX_PATH])
{
    if (module == NULL || module == program()) {
        const ssize_t count = readlink("/proc/self/exe", path, MAX_PATH - 1);
        return count < 0 ? 0 : (size_t)count;
    }
    const int library = library_at(module);
    const size_t length = library < 0 ? 0 : GetSystemDirectoryA(path, MAX_PATH);
    if (length == 0 || length + strlen(libraries[library]) + sizeof "\\.dll" > MAX_PATH)
        return 0;
    char *end = path + length;
    *end++ = path[0] == '/' ? '/' : '\\';
    end = stpcpy(stpcpy(end, libraries[library]), ".dll");
    return (size_t)(end - path);
}

DWORD WINAPI GetModuleFileNameA(HMODULE module, LPSTR buffer, DWORD size)
{
    char path[MAX_PATH];
    const size_t length = path_of(module, path);
    if (length == 0) {
        SetLastError(ERROR_MOD_NOT_FOUND);
        return 0;
    }
    const DWORD count = length < size ? (DWORD)length : size == 0 ? 0 : size - 1;
    memcpy(buffer, path, count);
    if (size > 0)
        buffer[count] = 0;
    SetLastError(length < size ? ERROR_SUCCESS : ERROR_INSUFFICIENT_BUFFER);
    return length < size ? count : size;
}

DWORD WINAPI GetModuleFileNameW(HMODULE module, LPWSTR buffer, DWORD size)
{
    char path[MAX_PATH];
    const size_t length = path_of(module, path);
    if (length == 0) {
        SetLastError(ERROR_MOD_NOT_FOUND);
        return 0;
    }
    return strata_vm_widen(path, length, buffer, size);
}
