/* The headers prove their own layout where they are compiled: here once as part of the library. */
#include "strata-vm.h"
