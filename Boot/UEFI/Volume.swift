import CUEFI
public import MemoryMap
public import UEFIStatus

/// The volume that an image was loaded from, opened for reading (UEFI 2.10, 13.4 and 13.5).
@safe
public struct Volume {
    private let services: BootServices
    private let root: UnsafeMutablePointer<EFI_FILE_PROTOCOL>

    /// The volume that `image` was loaded from.
    ///
    /// - Throws: the firmware's status, where the image did not come from a file system.
    public init(of image: ImageHandle, services: BootServices) throws(EFIStatus) {
        let loaded = unsafe try services.interface(.loadedImage, of: image.handle, as: EFI_LOADED_IMAGE_PROTOCOL.self)
        let fileSystem = unsafe try services.interface(
            .simpleFileSystem, of: loaded.pointee.device_handle, as: EFI_SIMPLE_FILE_SYSTEM_PROTOCOL.self)
        var root: UnsafeMutablePointer<EFI_FILE_PROTOCOL>?
        unsafe try EFIStatus(rawValue: uefi_open_volume(fileSystem, &root)).check()
        guard let root = unsafe root else { throw .notFound }
        self.services = services
        unsafe self.root = root
    }

    /// Gives the volume back to the firmware; nothing can be read any more.
    public func close() { _ = unsafe uefi_file_close(root) }

    /// A file's bytes in pages of their own.
    public struct LoadedFile {
        public let start: PhysicalAddress
        public let byteCount: UInt64
        public let pages: PageCount
    }

    public enum ReadError: Error {
        /// The firmware refused, most often with `.notFound`.
        case firmware(EFIStatus)
        /// The file is larger than the caller allows.
        case tooLarge(byteCount: UInt64)
        /// The file is empty.
        case empty
        /// The file ended before the size that its directory entry promises.
        case truncated(byteCount: UInt64, expected: UInt64)
    }

    /// Reads a whole file into freshly allocated pages of loader data, which the caller owns.
    ///
    /// - Parameters:
    ///   - path: from the volume's root, separated by backslashes, in UTF-16 with a terminator.
    ///   - limit: the size in bytes past which the file is refused.
    public func read(_ path: [UInt16], limit: UInt64) throws(ReadError) -> LoadedFile {
        let file: UnsafeMutablePointer<EFI_FILE_PROTOCOL>
        do throws(EFIStatus) {
            unsafe file = try open(path)
        } catch {
            throw .firmware(error)
        }
        defer { _ = unsafe uefi_file_close(file) }

        let byteCount: UInt64
        do throws(EFIStatus) { byteCount = try unsafe size(of: file) } catch { throw .firmware(error) }
        guard byteCount > 0 else { throw .empty }
        guard byteCount <= limit else { throw .tooLarge(byteCount: byteCount) }

        let pages = PageCount(roundingUp: byteCount)
        let start: PhysicalAddress
        do throws(EFIStatus) { start = try services.allocatePages(pages) } catch { throw .firmware(error) }

        // In pieces, because some firmware's drivers fail on very large reads.
        var done: UInt64 = 0
        while done < byteCount {
            var count = min(byteCount - done, 1 << 20)
            let status = EFIStatus(
                rawValue: unsafe uefi_file_read(
                    file, &count, UnsafeMutableRawPointer(bitPattern: UInt(start.rawValue + done))))
            if status.isError || count == 0 || count > byteCount - done {
                try? services.freePages(at: start, pages)
                throw status.isError ? .firmware(status) : .truncated(byteCount: done, expected: byteCount)
            }
            done += count
        }
        return LoadedFile(start: start, byteCount: byteCount, pages: pages)
    }

    private func open(_ path: [UInt16]) throws(EFIStatus) -> UnsafeMutablePointer<EFI_FILE_PROTOCOL> {
        var file: UnsafeMutablePointer<EFI_FILE_PROTOCOL>?
        unsafe try EFIStatus(rawValue: uefi_file_open_for_reading(root, &file, path)).check()
        guard let file = unsafe file else { throw .notFound }
        return unsafe file
    }

    private func size(of file: UnsafeMutablePointer<EFI_FILE_PROTOCOL>) throws(EFIStatus) -> UInt64 {
        // EFI_FILE_INFO ends in the file's name: 1 KiB holds it with names of up to 471 characters.
        let buffer = try services.allocatePool(byteCount: 1024)
        defer { try? services.freePool(at: buffer) }
        guard let info = unsafe UnsafeMutableRawPointer(bitPattern: UInt(buffer.rawValue)) else { throw .outOfResources }
        var size: UInt64 = 1024
        var guid = EFI_GUID.fileInfo
        unsafe try EFIStatus(rawValue: uefi_file_get_info(file, &guid, &size, info)).check()
        return unsafe info.assumingMemoryBound(to: EFI_FILE_INFO.self).pointee.file_size
    }
}
