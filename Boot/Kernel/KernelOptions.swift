import MemoryMap

/// What the command line asks of the kernel: words separated by blanks, `key=value` or `key`. Unknown words are left alone,
/// as other parts of a system may own them.
struct KernelOptions {
    /// A fault that the kernel makes on purpose, so that its handlers can be seen at work.
    enum ProvokedFault: CaseIterable {
        case readNull, writeCode, writeCodeAlias, executeData, undefinedInstruction, stackOverflow, outOfMemory

        /// The value of `fault=`.
        var name: StaticString {
            switch self {
            case .readNull: "read-null"
            case .writeCode: "write-code"
            case .writeCodeAlias: "write-code-alias"
            case .executeData: "execute-data"
            case .undefinedInstruction: "undefined-instruction"
            case .stackOverflow: "stack-overflow"
            case .outOfMemory: "out-of-memory"
            }
        }
    }

    /// `fault=NAME`.
    private(set) var fault: ProvokedFault?

    /// `exit-port=0xNNN`: the I/O port of QEMU's `isa-debug-exit` device, on which a failed kernel ends the machine.
    private(set) var exitPort: UInt16?

    /// Reads a command line in UTF-8.
    init(_ text: Span<UInt8>) {
        var start = 0
        while start < text.count {
            var end = start
            while end < text.count, text[end] != UInt8(ascii: " ") { end += 1 }
            read(text.extracting(start..<end))
            start = end + 1
        }
    }

    private mutating func read(_ word: Span<UInt8>) {
        if let value = Self.value(of: word, key: "fault=") {
            for fault in ProvokedFault.allCases where Self.value(of: value, key: fault.name)?.count == 0 { self.fault = fault }
        } else if let value = Self.value(of: word, key: "exit-port=0x") {
            exitPort = Self.hexadecimal(value)
        }
    }

    /// What follows `key` at the start of a word, or nil where it starts otherwise.
    @_lifetime(copy word)
    private static func value(of word: Span<UInt8>, key: StaticString) -> Span<UInt8>? {
        let count = key.byteIndices.count
        guard word.count >= count else { return nil }
        for index in 0..<count where word[index] != key.byte(at: index) { return nil }
        return word.extracting(count..<word.count)
    }

    private static func hexadecimal(_ digits: Span<UInt8>) -> UInt16? {
        guard (1...4).contains(digits.count) else { return nil }
        var value: UInt16 = 0
        for index in digits.indices {
            switch digits[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt16(digits[index] - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt16(digits[index] - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}
