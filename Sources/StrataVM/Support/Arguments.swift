import CHostMemory
import CStrataVM
import MemoryMap
import VirtualMemory

/// The program's memory, as far as a call's arguments point to it. Nothing here trusts a pointer: a copy that faults is a failure of
/// the call and not of the library. Never used with the lock of the address space held.
enum Arguments {
    /// What a pointer points to; nil where it cannot be read.
    static func load<Value: BitwiseCopyable>(_ pointer: UnsafePointer<Value>?, default value: Value) -> Value? {
        guard let pointer = unsafe pointer else { return nil }
        var value = value
        // Copied byte by byte into a value of the same type, which any bytes make valid.
        let isCopied = unsafe withUnsafeMutableBytes(of: &value) { unsafe host_copy($0.baseAddress, pointer, $0.count) }
        return isCopied ? value : nil
    }

    static func load<Value: BitwiseCopyable>(_ pointer: UnsafeMutablePointer<Value>?, default value: Value) -> Value? {
        unsafe load(UnsafePointer(pointer), default: value)
    }

    /// What a pointer points to, where a result is put later; nil where that cannot be written: a call that has changed something
    /// must be able to tell of it.
    static func loadForUpdate<Value: BitwiseCopyable>(_ pointer: UnsafeMutablePointer<Value>?, default value: Value) -> Value? {
        guard let value = unsafe load(pointer, default: value), unsafe store(value, pointer) else { return nil }
        return value
    }

    /// Writes a value; false where it cannot be written.
    static func store<Value: BitwiseCopyable>(_ value: Value, _ pointer: UnsafeMutablePointer<Value>?) -> Bool {
        guard let pointer = unsafe pointer else { return false }
        var value = value
        return unsafe withUnsafeMutableBytes(of: &value) { unsafe host_copy(pointer, $0.baseAddress, $0.count) }
    }

    /// Writes a value into a buffer without a type.
    static func store<Value: BitwiseCopyable>(_ value: Value, raw pointer: UnsafeMutableRawPointer?) -> Bool {
        guard let pointer = unsafe pointer else { return false }
        var value = value
        return unsafe withUnsafeMutableBytes(of: &value) { unsafe host_copy(pointer, $0.baseAddress, $0.count) }
    }

    /// Writes values one behind the other; some may be written where not all can be.
    static func store<Values: Collection>(
        all values: Values, _ pointer: UnsafeMutableRawPointer?
    ) throws(Status) where Values.Element: BitwiseCopyable {
        guard let pointer = unsafe pointer else { throw Status(.accessViolation) }
        // The array's own storage, as long as the copy takes.
        let isCopied = unsafe Array(values).withUnsafeBytes { unsafe host_copy(pointer, $0.baseAddress, $0.count) }
        guard isCopied else { throw Status(.accessViolation) }
    }

    static func address(_ pointer: UnsafeRawPointer?) -> VirtualAddress {
        VirtualAddress(UInt64(UInt(bitPattern: pointer)))
    }

    static func pointer(_ address: VirtualAddress?) -> UnsafeMutableRawPointer? {
        unsafe UnsafeMutableRawPointer(bitPattern: UInt(address?.rawValue ?? 0))
    }
}
