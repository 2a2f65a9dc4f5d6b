import CUEFI
public import UEFIStatus

// The memory services with the arguments of somebody else, handed on unchanged.

extension BootServices {
    @unsafe
    public func allocatePages(
        kind: UInt32, type: UInt32, pages: UInt64, memory: UnsafeMutablePointer<UInt64>?
    ) -> EFIStatus {
        unsafe EFIStatus(rawValue: uefi_allocate_pages(pointer, kind, type, pages, memory))
    }

    /// Memory that may be anybody's, or nobody's.
    public func freePages(atAnyAddress memory: UInt64, anyPages pages: UInt64) -> EFIStatus {
        EFIStatus(rawValue: unsafe uefi_free_pages(pointer, memory, pages))
    }

    @unsafe
    public func allocatePool(
        type: UInt32, size: UInt64, buffer: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> EFIStatus {
        unsafe EFIStatus(rawValue: uefi_allocate_pool(pointer, type, size, buffer))
    }

    @unsafe
    public func freePool(anyPointer buffer: UnsafeMutableRawPointer?) -> EFIStatus {
        unsafe EFIStatus(rawValue: uefi_free_pool(pointer, buffer))
    }

    @unsafe
    public func getMemoryMap(
        size: UnsafeMutablePointer<UInt64>?, map: UnsafeMutableRawPointer?, key: UnsafeMutablePointer<UInt64>?,
        descriptorSize: UnsafeMutablePointer<UInt64>?, descriptorVersion: UnsafeMutablePointer<UInt32>?
    ) -> EFIStatus {
        unsafe EFIStatus(rawValue: uefi_get_memory_map(pointer, size, map, key, descriptorSize, descriptorVersion))
    }
}
