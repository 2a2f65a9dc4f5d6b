#include "wine/test.h"
