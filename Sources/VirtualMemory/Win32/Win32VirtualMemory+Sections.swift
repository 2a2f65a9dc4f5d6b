public import MemoryMap

extension Win32VirtualMemory where Backend: ~Copyable {
    /// CreateFileMapping without a file.
    ///
    /// - Parameters:
    ///   - number: tells the section apart from others, for backends.
    ///   - attributes: none means ``SectionAttributes/commit``.
    public mutating func createFileMapping(
        _ number: UInt64, byteCount: UInt64, _ protection: PageProtection, _ attributes: SectionAttributes = []
    ) -> Section? {
        native { space throws(NTStatus) in
            try Section.pagingFile(
                number, byteCount: byteCount, protection: protection, attributes: attributes.isEmpty ? .commit : attributes,
                platform: space.platform, ledger: space.ledger, canLockMemory: space.canLockMemory)
        }
    }

    /// CreateFileMapping with a file of data, or an executable image.
    ///
    /// - Parameters:
    ///   - image: what the file's headers say, or the error that they have; not asked for unless the attributes say image.
    public mutating func createFileMapping(
        _ file: SectionFile, _ image: () throws(PEImageError) -> PEImage, byteCount: UInt64, _ protection: PageProtection,
        _ attributes: SectionAttributes = []
    ) -> Section? {
        native { space throws(NTStatus) in
            let attributes = attributes.isEmpty ? SectionAttributes.commit : attributes
            guard attributes.contains(.image) else {
                return try Section.file(
                    file, byteCount: byteCount, protection: protection, attributes: attributes, ledger: space.ledger)
            }
            guard attributes.isValid else { throw .invalidParameter6 }
            let headers: PEImage
            do throws(PEImageError) { headers = try image() } catch { throw NTStatus(error) }
            return try Section.image(file, headers, protection: protection, attributes: attributes, ledger: space.ledger)
        }
    }

    /// MapViewOfFile and MapViewOfFileEx.
    ///
    /// - Parameter granted: what the section's handle was opened for.
    public mutating func mapViewOfFile(
        _ section: Section, _ access: FileMapAccess, offset: UInt64 = 0, byteCount: UInt64 = 0, base: VirtualAddress? = nil,
        granted: SectionAccess = .all
    ) -> VirtualAddress? {
        var request = ViewRequest(section: section, protection: access.protection)
        request.type = access.type
        request.offset = offset
        request.byteCount = byteCount
        request.base = base
        guard granted.isSuperset(of: access.needed) else {
            lastError = .accessDenied
            return nil
        }
        return map(request)
    }

    /// MapViewOfFile3: can take the place of a placeholder.
    public mutating func mapViewOfFile3(
        _ section: Section, base: VirtualAddress?, offset: UInt64, byteCount: UInt64, _ type: AllocationType,
        _ protection: PageProtection, _ parameters: [ExtendedParameter] = []
    ) -> VirtualAddress? {
        var request = ViewRequest(section: section, protection: protection)
        request.offset = offset
        request.byteCount = byteCount
        request.base = base
        request.type = type
        do throws(NTStatus) {
            request.requirements = try ExtendedParameter.requirements(in: parameters)
        } catch {
            lastError = Win32Error(error)
            return nil
        }
        return map(request)
    }

    private mutating func map(_ request: ViewRequest) -> VirtualAddress? {
        do throws(NTStatus) {
            return try space.mapView(request).range.start
        } catch .sectionProtection {
            lastError = .accessDenied
        } catch {
            lastError = Win32Error(error)
        }
        return nil
    }

    /// UnmapViewOfFile and UnmapViewOfFileEx.
    public mutating func unmapViewOfFile(_ address: VirtualAddress, _ flags: UnmapFlags = []) -> Bool {
        native { space throws(NTStatus) in try space.unmapView(address, flags) } != nil
    }
}
