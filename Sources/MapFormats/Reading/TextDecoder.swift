import MemoryMap

/// Turns UTF-16 into the ASCII that rows are made of, and takes a byte-order mark away.
///
/// The first bytes decide; characters beyond ASCII become question marks, which no grammar has.
struct TextDecoder {
    private enum Encoding {
        case undecided
        case plain
        case utf16(isBigEndian: Bool)
    }

    private var encoding = Encoding.undecided
    private var head: [UInt8] = []

    /// Whether pieces need no decoding.
    var isPlain: Bool {
        if case .plain = encoding { true } else { false }
    }

    mutating func decode(_ piece: Span<UInt8>) -> [UInt8] {
        for index in piece.indices { head.append(piece[index]) }
        guard head.count >= 4 else { return [] }
        return drain(isLast: false)
    }

    mutating func finish() -> [UInt8] { drain(isLast: true) }

    private mutating func drain(isLast: Bool) -> [UInt8] {
        if case .undecided = encoding { decide() }
        switch encoding {
        case .undecided, .plain:
            let bytes = head
            head = []
            return bytes
        case .utf16(let isBigEndian):
            var bytes: [UInt8] = []
            bytes.reserveCapacity(head.count / 2)
            var index = 0
            while index + 1 < head.count {
                let (low, high) = isBigEndian ? (head[index + 1], head[index]) : (head[index], head[index + 1])
                bytes.append(high == 0 && low < 0x80 ? low : UInt8(ascii: "?"))
                index += 2
            }
            head.removeFirst(index)
            return bytes
        }
    }

    private mutating func decide() {
        switch (head.first ?? 0, head.dropFirst().first ?? 0) {
        case (0xFF, 0xFE):
            encoding = .utf16(isBigEndian: false)
            head.removeFirst(2)
        case (0xFE, 0xFF):
            encoding = .utf16(isBigEndian: true)
            head.removeFirst(2)
        default:
            if head.count >= 4, head[1] == 0, head[3] == 0, head[0] != 0, head[2] != 0 {
                encoding = .utf16(isBigEndian: false)
            } else {
                encoding = .plain
                if head.starts(with: [0xEF, 0xBB, 0xBF]) { head.removeFirst(3) }
            }
        }
    }
}
