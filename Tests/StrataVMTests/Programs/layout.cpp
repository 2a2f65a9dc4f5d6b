// The header in C++: its own assertions, overloads on its types, and a call.
#include "check.h"

static int kind(DWORD) { return 32; }
static int kind(DWORD64) { return 64; }

struct Buffer {
    explicit Buffer(SIZE_T size) : bytes(static_cast<char *>(VirtualAlloc(nullptr, size, MEM_COMMIT, PAGE_READWRITE))) {}
    ~Buffer() { VirtualFree(bytes, 0, MEM_RELEASE); }
    char *bytes;
};

int main()
{
    CHECK(kind(DWORD(1)) == 32 && kind(DWORD64(1)) == 64 && sizeof(SIZE_T) == 8 && sizeof(LONG) == 4);
    CHECK(sizeof(MEMORY_BASIC_INFORMATION) == 48 && offsetof(MEMORY_BASIC_INFORMATION, State) == 32);
    CHECK(sizeof(CONTEXT) % 16 == 0 && sizeof(EXCEPTION_RECORD) == 152 && sizeof(TEB) == 0x1838);
    CHECK(sizeof(MEM_EXTENDED_PARAMETER) == 16 && sizeof(SYSTEM_INFO) == 48 && sizeof(SECTION_IMAGE_INFORMATION) == 64);
    Buffer buffer(0x2000);
    CHECK(touch_write(buffer.bytes) == 0 && query(buffer.bytes).RegionSize == 0x2000);
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 0x1000, u"wide name");
    CHECK(section != nullptr && OpenFileMappingA(FILE_MAP_READ, FALSE, "wide name") != nullptr);
    return finish();
}
