import CLibFuzzer

/// Changes an input: every other time as libFuzzer would, else by a change of one aligned 64-bit word.
///
/// The formats under test are made of such words, and most of what they must not be is one small step away from another word:
/// an offset beyond a size, a sum past 2^64. Changes byte by byte hardly ever get there.
@c(LLVMFuzzerCustomMutator)
public func mutateInput(_ data: UnsafeMutablePointer<UInt8>?, _ count: Int, _ limit: Int, _ seed: CUnsignedInt) -> Int {
    var numbers = Numbers(state: UInt64(seed))
    guard let data = unsafe data, count >= 16, numbers.next(below: 2) == 0 else {
        return unsafe LLVMFuzzerMutate(data, count, limit)
    }
    // libFuzzer gives `limit` bytes at `data`, `count` of them filled.
    var words = unsafe WordsOfInput(bytes: UnsafeMutableRawBufferPointer(start: data, count: count))
    for _ in 0...numbers.next(below: 2) { words.change(using: &numbers) }
    return count
}

/// The aligned 64-bit words of an input.
@safe private struct WordsOfInput {
    let bytes: UnsafeMutableRawBufferPointer

    private var count: Int { unsafe bytes.count / 8 }

    /// A word's index, most often one near the start, where headers are.
    private func index(using numbers: inout Numbers) -> Int {
        numbers.next(below: numbers.next(below: 4) == 0 ? count : min(count, 128))
    }

    // Indices are below `count`, so that all eight bytes are there.
    private subscript(index: Int) -> UInt64 {
        get { unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)) }
        nonmutating set { unsafe bytes.storeBytes(of: newValue.littleEndian, toByteOffset: 8 * index, as: UInt64.self) }
    }

    mutating func change(using numbers: inout Numbers) {
        let target = index(using: &numbers)
        let other = self[index(using: &numbers)]
        let step = UInt64(numbers.next(below: 17)) &- 8
        switch numbers.next(below: 7) {
        case 0: self[target] &+= step
        case 1: self[target] = other &+ step
        case 2: self[target] &+= other
        case 3: self[target] &-= other
        case 4: self[target] = 1 << UInt64(numbers.next(below: 64))
        case 5: self[target] = 0 &- 1 << UInt64(numbers.next(below: 64))
        default: self[target] ^= 1 << UInt64(numbers.next(below: 64))
        }
    }
}

/// Numbers that depend on libFuzzer's seed only (SplitMix64).
private struct Numbers {
    var state: UInt64

    mutating func next(below limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ value >> 31) % UInt64(limit))
    }
}
