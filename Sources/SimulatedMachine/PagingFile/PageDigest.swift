/// Sixty-four bits that differ, all but certainly, between any two contents of a page that a fault could turn into each other.
///
/// Every word goes through an odd multiplication and a rotation that depends on those before it, so torn halves, swapped
/// sectors and flipped bits all show; it guards against accidents, not against somebody who wants a collision.
struct PageDigest: Equatable {
    private let value: UInt64

    init(_ contents: [UInt8]) {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        var word: UInt64 = 0
        var count = 0
        for byte in contents {
            word = word << 8 | UInt64(byte)
            count += 1
            guard count % 8 == 0 else { continue }
            state = (state ^ word) &* 0xBF58_476D_1CE4_E5B9
            state = state << 29 | state >> 35
            word = 0
        }
        state = (state ^ word) &* 0x94D0_49BB_1331_11EB
        value = state ^ state >> 31
    }
}
