public import MemoryMap

extension Win32VirtualMemory where Backend: ~Copyable {
    /// AllocateUserPhysicalPages.
    ///
    /// - Returns: frame numbers, fewer than asked for where there are not as many.
    public mutating func allocateUserPhysicalPages(_ count: Int) -> [UInt64]? {
        native { space throws(NTStatus) in try space.allocateFrames(count) }
    }

    /// FreeUserPhysicalPages.
    public mutating func freeUserPhysicalPages(_ frames: [UInt64]) -> Bool {
        native { space throws(NTStatus) in try space.freeFrames(frames) } != nil
    }

    /// MapUserPhysicalPages.
    ///
    /// - Parameter frames: nil takes away what is mapped.
    public mutating func mapUserPhysicalPages(_ address: VirtualAddress, _ pageCount: Int, _ frames: [UInt64]?) -> Bool {
        native { space throws(NTStatus) in try space.mapFrames(address, pageCount: pageCount, frames: frames) } != nil
    }

    /// MapUserPhysicalPagesScatter.
    ///
    /// - Parameter frames: nil takes away what is mapped.
    public mutating func mapUserPhysicalPagesScatter(_ addresses: [VirtualAddress], _ frames: [UInt64]?) -> Bool {
        native { space throws(NTStatus) in try space.mapFrames(at: addresses, frames: frames) } != nil
    }
}
