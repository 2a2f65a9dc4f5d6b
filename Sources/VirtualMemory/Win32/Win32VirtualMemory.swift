/// The Win32 functions over an address space: their own stricter checks, null or false for failure, and the error that they leave.
///
/// Handles and names are left to whoever gives this an ABI; sections stand in for them.
public struct Win32VirtualMemory<Backend: AddressSpaceBackend & ~Copyable>: ~Copyable {
    /// The native interface.
    public var space: AddressSpace<Backend>

    /// What the last failed call left behind; successful calls leave it alone.
    public var lastError: Win32Error?

    /// Gives an address space the Win32 functions.
    public init(_ space: consuming AddressSpace<Backend>) { self.space = space }

    /// Runs a native call; a failure becomes ``lastError``.
    mutating func native<Result>(_ body: (inout AddressSpace<Backend>) throws(NTStatus) -> Result) -> Result? {
        do throws(NTStatus) {
            return try body(&space)
        } catch {
            lastError = Win32Error(error)
            return nil
        }
    }

    mutating func fail(_ error: Win32Error) -> Bool {
        lastError = error
        return false
    }
}
