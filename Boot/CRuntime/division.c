// 128-bit division, which compiled code calls by these names where it scales one 64-bit number by two others. Bit by bit:
// it runs a few hundred times for a picture, and never in a loop that matters.

#include <stdint.h>

typedef unsigned __int128 wide;

static wide divide(wide dividend, wide divisor, wide *remainder) {
    if ((uint64_t)(dividend >> 64) == 0 && (uint64_t)(divisor >> 64) == 0) {
        *remainder = (uint64_t)dividend % (uint64_t)divisor;
        return (uint64_t)dividend / (uint64_t)divisor;
    }
    wide quotient = 0, rest = 0;
    for (int bit = 127; bit >= 0; bit--) {
        // A divisor above 2^127 can make the doubled rest pass 2^128: the bit that is lost says that it did.
        const int carry = (int)(rest >> 127);
        rest = rest << 1 | (dividend >> bit & 1);
        if (carry || rest >= divisor) {
            rest -= divisor;
            quotient |= (wide)1 << bit;
        }
    }
    *remainder = rest;
    return quotient;
}

wide __udivti3(wide dividend, wide divisor) {
    wide remainder;
    return divide(dividend, divisor, &remainder);
}

wide __umodti3(wide dividend, wide divisor) {
    wide remainder;
    divide(dividend, divisor, &remainder);
    return remainder;
}
