public import MemoryMap

extension Win32VirtualMemory where Backend: ~Copyable {
    /// VirtualAlloc.
    ///
    /// - Returns: the first address that was reserved or committed.
    public mutating func virtualAlloc(
        _ address: VirtualAddress?, _ byteCount: UInt64, _ type: AllocationType, _ protection: PageProtection
    ) -> VirtualAddress? {
        let request = AllocationRequest(base: address, byteCount: byteCount, type: type, protection: protection)
        return native { space throws(NTStatus) in try space.allocate(request).start }
    }

    /// VirtualAlloc2: knows placeholders, and where the allocation has to be.
    public mutating func virtualAlloc2(
        _ address: VirtualAddress?, _ byteCount: UInt64, _ type: AllocationType, _ protection: PageProtection,
        _ parameters: [ExtendedParameter] = []
    ) -> VirtualAddress? {
        var request = AllocationRequest(base: address, byteCount: byteCount, type: type, protection: protection)
        request.isExtended = true
        return native { space throws(NTStatus) in
            request.requirements = try ExtendedParameter.requirements(in: parameters)
            return try space.allocate(request).start
        }
    }

    /// VirtualFree: releases regions as a whole only, as far as there are no placeholders.
    public mutating func virtualFree(_ address: VirtualAddress, _ byteCount: UInt64, _ type: FreeType) -> Bool {
        guard type != .release || byteCount == 0 else { return fail(.invalidParameter) }
        return native { space throws(NTStatus) in try space.free(address, byteCount: byteCount, type) } != nil
    }

    /// VirtualProtect.
    ///
    /// - Parameter old: where the first page's protection goes, ``PageProtection/noAccess`` after a failure; nil fails.
    public mutating func virtualProtect(
        _ address: VirtualAddress, _ byteCount: UInt64, _ protection: PageProtection, _ old: inout PageProtection?
    ) -> Bool {
        guard old != nil else { return fail(.noAccess) }
        old = .noAccess
        guard
            let result = native({ space throws(NTStatus) in
                try space.protect(address, byteCount: byteCount, protection).old
            })
        else { return false }
        old = result
        return true
    }

    /// VirtualQuery.
    ///
    /// - Parameter bufferSize: how many bytes the caller has room for, if that is to be checked.
    public mutating func virtualQuery(_ address: VirtualAddress, bufferSize: UInt64? = nil) -> MemoryBasicInformation? {
        let needed = UInt64(MemoryBasicInformation.encodedSize(space.platform.pointerWidth))
        guard bufferSize ?? needed >= needed else {
            lastError = .badLength
            return nil
        }
        return native { space throws(NTStatus) in try space.query(address) }
    }

    /// VirtualLock.
    public mutating func virtualLock(_ address: VirtualAddress, _ byteCount: UInt64) -> Bool {
        native { space throws(NTStatus) in try space.lock(address, byteCount: byteCount) } != nil
    }

    /// VirtualUnlock.
    public mutating func virtualUnlock(_ address: VirtualAddress, _ byteCount: UInt64) -> Bool {
        native { space throws(NTStatus) in try space.unlock(address, byteCount: byteCount) } != nil
    }

    /// GetWriteWatch.
    ///
    /// - Parameter flags: 1 resets what is given; other bits fail.
    /// - Returns: the pages that were written.
    public mutating func getWriteWatch(
        flags: UInt32, _ address: VirtualAddress, _ byteCount: UInt64, capacity: UInt64
    ) -> [VirtualAddress]? {
        guard flags <= 1 else {
            lastError = .invalidParameter
            return nil
        }
        return native { space throws(NTStatus) in
            try space.writtenPages(address, byteCount: byteCount, capacity: Int(clamping: capacity), reset: flags == 1)
        }
    }

    /// ResetWriteWatch.
    public mutating func resetWriteWatch(_ address: VirtualAddress, _ byteCount: UInt64) -> Bool {
        native { space throws(NTStatus) in try space.resetWrites(address, byteCount: byteCount) } != nil
    }
}
