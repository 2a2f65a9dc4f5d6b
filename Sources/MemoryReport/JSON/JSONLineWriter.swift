import MemoryMap

/// Writes one JSON object on one line, member by member, into a sink that it owns meanwhile.
///
/// Keys are static strings; values are escaped so that the line stays one line of valid UTF-8 whatever the text holds. Objects and
/// arrays nest up to 63 deep. Usually it is lent by ``TextSink/writeJSONLine(_:)`` or ``TextSink/writeEvent(_:from:_:)``, which
/// open and close the outermost object:
///
///     serial.writeEvent("paging", from: .kernel) { line in
///         line.number("leaves4K", 17)
///         line.bool("pageZeroMapped", false)
///     }
///     // {"strata":1,"source":"kernel","event":"paging","leaves4K":17,"pageZeroMapped":false}
public struct JSONLineWriter<Sink: TextSink & ~Copyable>: ~Copyable {
    private var sink: Sink

    /// One bit a level, the innermost lowest: whether a member was written on it, so that the next one needs a comma.
    private var hasMembers: UInt64 = 0

    /// One bit a level, the innermost lowest: whether it is an array.
    private var isArray: UInt64 = 0

    /// The number of objects and arrays that are open.
    public private(set) var depth = 0

    /// Starts a line: writes the opening brace of its object.
    public init(_ sink: consuming Sink) {
        self.sink = sink
        open(array: false)
    }

    /// Ends the line: closes what is open, ends the line and gives the sink back.
    public consuming func finish() -> Sink {
        while depth > 0 { close() }
        sink.newline()
        return sink
    }
}

extension JSONLineWriter where Sink: ~Copyable {
    public mutating func string(_ key: StaticString, _ value: StaticString?) {
        member(key)
        guard let value else { return sink.write("null") }
        sink.write(jsonString: value)
    }

    /// Writes a text whose bytes may be anything: what is no UTF-8 becomes U+FFFD.
    public mutating func string(_ key: StaticString, utf8 value: RawSpan) {
        member(key)
        sink.write(jsonString: value)
    }

    public mutating func string(_ key: StaticString, utf8 value: Span<UInt8>) {
        string(key, utf8: value.rawBytes)
    }

    /// Writes a string that `content` puts together, at most 64 bytes of it.
    public mutating func string(_ key: StaticString, _ content: (inout TextField) -> Void) {
        var field = TextField()
        content(&field)
        member(key)
        sink.write("\"")
        var bytes: [64 of UInt8] = .init(repeating: 0)
        for index in 0..<field.count { bytes[index] = field[index] }
        sink.write(jsonText: bytes.span.extracting(first: field.count).rawBytes)
        sink.write("\"")
    }

    public mutating func number(_ key: StaticString, _ value: UInt64?) {
        member(key)
        guard let value else { return sink.write("null") }
        sink.write(decimal: value)
    }

    public mutating func number(_ key: StaticString, _ value: Int) {
        member(key)
        sink.write(decimal: value)
    }

    #if !hasFeature(Embedded)
        /// Writes a number of up to 128 bits, as sums of sizes are.
        public mutating func number(_ key: StaticString, _ value: UInt128) {
            member(key)
            for digit in String(value).utf8 { sink.write(digit) }
        }
    #endif

    public mutating func number(_ key: StaticString, _ pages: PageCount) { number(key, pages.rawValue) }

    /// Writes a string of "0x" and lower-case digits without padding, or null.
    public mutating func hexadecimal(_ key: StaticString, _ value: UInt64?) {
        member(key)
        guard let value else { return sink.write("null") }
        sink.write("\"")
        sink.write(hexadecimal: value)
        sink.write("\"")
    }

    public mutating func hexadecimal(_ key: StaticString, _ address: PhysicalAddress?) {
        hexadecimal(key, address?.rawValue)
    }

    public mutating func hexadecimal(_ key: StaticString, _ address: VirtualAddress?) {
        hexadecimal(key, address?.rawValue)
    }

    /// Writes a string of two lower-case digits for each byte, without a prefix.
    public mutating func hexadecimal(_ key: StaticString, bytes: RawSpan) {
        member(key)
        sink.write("\"")
        sink.write(hexadecimal: bytes)
        sink.write("\"")
    }

    public mutating func hexadecimal(_ key: StaticString, bytes: Span<UInt8>) {
        hexadecimal(key, bytes: bytes.rawBytes)
    }

    public mutating func bool(_ key: StaticString, _ value: Bool) {
        member(key)
        sink.write(value ? "true" : "false")
    }

    public mutating func null(_ key: StaticString) {
        member(key)
        sink.write("null")
    }

    /// Writes an object whose members `content` writes.
    public mutating func object(_ key: StaticString, _ content: (inout Self) -> Void) {
        beginObject(key)
        content(&self)
        close()
    }

    /// Writes an array; `content` writes its elements with an empty key, which is left out.
    public mutating func array(_ key: StaticString, _ content: (inout Self) -> Void) {
        beginArray(key)
        content(&self)
        close()
    }

    /// Opens an object; ``end()`` closes it.
    public mutating func beginObject(_ key: StaticString) {
        member(key)
        open(array: false)
    }

    /// Opens an array; ``end()`` closes it. Its elements have no key: what is given as one is left out.
    public mutating func beginArray(_ key: StaticString) {
        member(key)
        open(array: true)
    }

    /// Closes the innermost object or array that `begin…` opened.
    ///
    /// - Precondition: There is one inside the line's own object.
    public mutating func end() {
        precondition(depth > 1, "an object or array is open inside the line")
        close()
    }
}

extension JSONLineWriter where Sink: ~Copyable {
    /// Writes what stands before a value: a comma where one is due, and the key unless an array is open.
    private mutating func member(_ key: StaticString) {
        if hasMembers & 1 != 0 { sink.write(",") }
        hasMembers |= 1
        guard isArray & 1 == 0 else { return }
        sink.write(jsonString: key)
        sink.write(":")
    }

    private mutating func open(array: Bool) {
        precondition(depth < 64, "at most 63 levels inside a line")
        sink.write(array ? "[" : "{")
        depth += 1
        hasMembers <<= 1
        isArray = isArray << 1 | (array ? 1 : 0)
    }

    private mutating func close() {
        sink.write(isArray & 1 != 0 ? "]" : "}")
        depth -= 1
        hasMembers >>= 1
        isArray >>= 1
    }
}

extension TextSink where Self: ~Copyable {
    /// Writes one line with a JSON object whose members `content` writes.
    public mutating func writeJSONLine(_ content: (inout JSONLineWriter<Self>) -> Void) {
        var writer = JSONLineWriter<Self>(self)
        content(&writer)
        self = writer.finish()
    }
}
