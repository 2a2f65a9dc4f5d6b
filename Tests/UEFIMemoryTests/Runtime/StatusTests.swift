import MemoryMap
import Testing

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
        #expect(SetVirtualAddressMapError.unsupported.uefiStatus == unsupported)
        #expect(SetVirtualAddressMapError.invalidParameter(.tooManyPieces).uefiStatus == invalid)
        #expect(SetVirtualAddressMapError.noMapping(page).uefiStatus == noMapping)
        #expect(SetVirtualAddressMapError.notFound(offset: 0, page).uefiStatus == notFound)
        #expect(ConvertPointerError.invalidParameter.uefiStatus == invalid)
        #expect(ConvertPointerError.notFound.uefiStatus == notFound)
        #expect(ExitBootServicesError.invalidParameter.uefiStatus == invalid)
        #expect(ExitBootServicesError.unsupported.uefiStatus == unsupported)
        #expect(EventError.invalidParameter.uefiStatus == invalid)
        #expect(EventError.outOfResources.uefiStatus == outOfResources)
        #expect(MemoryAttributeError.invalidParameter.uefiStatus == invalid)
        #expect(MemoryAttributeError.noMapping.uefiStatus == noMapping)
        #expect(MemoryAttributeError.unsupported.uefiStatus == unsupported)
        #expect(MemoryAttributeError.outOfResources.uefiStatus == outOfResources)
        #expect(MemoryAttributeError.accessDenied.uefiStatus == accessDenied)
    }
}
