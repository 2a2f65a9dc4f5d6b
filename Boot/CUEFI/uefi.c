// CUEFI is its header; a target needs a source file.
#include <uefi.h>
