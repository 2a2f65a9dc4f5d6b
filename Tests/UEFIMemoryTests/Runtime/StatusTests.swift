import MemoryMap
import Testing
import UEFIStatus

@testable import UEFIMemory

@Suite("Status codes")
struct StatusTests {
    /// The numbers of the specification's appendix D.
    @Test func `each error is the specification's status`() {
        let (invalid, unsupported, outOfResources): (UInt64, UInt64, UInt64) = (
            0x8000_0000_0000_0002, 0x8000_0000_0000_0003, 0x8000_0000_0000_0009
        )
        let (notFound, accessDenied, noMapping): (UInt64, UInt64, UInt64) = (
            0x8000_0000_0000_000E, 0x8000_0000_0000_000F, 0x8000_0000_0000_0011
        )
        let page = FrameNumber(containing: PhysicalAddress(0)).range
        #expect(SetVirtualAddressMapError.unsupported.uefiStatus.rawValue == unsupported)
        #expect(SetVirtualAddressMapError.invalidParameter(.tooManyPieces).uefiStatus.rawValue == invalid)
        #expect(SetVirtualAddressMapError.noMapping(page).uefiStatus.rawValue == noMapping)
        #expect(SetVirtualAddressMapError.notFound(offset: 0, page).uefiStatus.rawValue == notFound)
        #expect(ConvertPointerError.invalidParameter.uefiStatus.rawValue == invalid)
        #expect(ConvertPointerError.notFound.uefiStatus.rawValue == notFound)
        #expect(ExitBootServicesError.invalidParameter.uefiStatus.rawValue == invalid)
        #expect(ExitBootServicesError.unsupported.uefiStatus.rawValue == unsupported)
        #expect(EventError.invalidParameter.uefiStatus.rawValue == invalid)
        #expect(EventError.outOfResources.uefiStatus.rawValue == outOfResources)
        #expect(MemoryAttributeError.invalidParameter.uefiStatus.rawValue == invalid)
        #expect(MemoryAttributeError.noMapping.uefiStatus.rawValue == noMapping)
        #expect(MemoryAttributeError.unsupported.uefiStatus.rawValue == unsupported)
        #expect(MemoryAttributeError.outOfResources.uefiStatus.rawValue == outOfResources)
        #expect(MemoryServiceError.invalidParameter.uefiStatus.rawValue == invalid)
        #expect(MemoryServiceError.notFound.uefiStatus.rawValue == notFound)
        #expect(MemoryServiceError.outOfResources.uefiStatus.rawValue == outOfResources)
        #expect(MemoryServiceError.unsupported.uefiStatus.rawValue == unsupported)
        #expect(MemoryMapReadingError.bufferTooSmall(needed: 48).uefiStatus.rawValue == 0x8000_0000_0000_0005)
        #expect(MemoryMapReadingError.unsupported.uefiStatus.rawValue == unsupported)
        #expect(EFIStatus.success.rawValue == 0 && !EFIStatus.success.isError && EFIStatus.notFound.isError)
        #expect(MemoryAttributeError.accessDenied.uefiStatus.rawValue == accessDenied)
    }
    @Test func `statuses have the specification's names`() {
        func name(_ rawValue: UInt64) -> String { "\(EFIStatus(rawValue: rawValue).name)" }
        #expect(name(0) == "SUCCESS")
        #expect(name(0x8000_0000_0000_0001) == "LOAD_ERROR")
        #expect(name(0x8000_0000_0000_0011) == "NO_MAPPING")
        #expect(name(0x8000_0000_0000_001A) == "SECURITY_VIOLATION")
        // Warnings have numbers of their own, and no such number is an error.
        #expect(name(1) == "unknown status" && name(5) == "unknown status")
        #expect(name(1 << 63) == "unknown status")
    }

    @Test func `only errors are thrown`() throws {
        try EFIStatus.success.check()
        try EFIStatus(rawValue: 5).check()
        #expect(throws: EFIStatus.deviceError) { try EFIStatus.deviceError.check() }
    }
}
