import CUEFI
public import MemoryMap
public import UEFIStatus

/// A UEFI image that is loaded and not started yet (UEFI 2.10, 7.4 and 9.1).
@safe
public struct LoadedImage {
    public let handle: ImageHandle
    private let services: BootServices
    private let information: UnsafeMutablePointer<EFI_LOADED_IMAGE_PROTOCOL>

    private init(_ handle: ImageHandle, services: BootServices) throws(EFIStatus) {
        self.handle = handle
        self.services = services
        unsafe information = try services.interface(.loadedImage, of: handle.handle, as: EFI_LOADED_IMAGE_PROTOCOL.self)
    }

    /// The memory that the image lies in, nil where the firmware says nonsense.
    public var range: PhysicalRange? {
        PhysicalRange(
            start: PhysicalAddress(UInt64(UInt(bitPattern: unsafe information.pointee.image_base))),
            byteCount: unsafe information.pointee.image_size)
    }

    /// Loads an image from the volume that `parent` was loaded from.
    ///
    /// - Parameter path: from the volume's root, separated by backslashes, in UTF-16 with a terminator.
    /// - Throws: the firmware's status: `.notFound`, `.unsupported` for a file that is no image for this machine,
    ///   `.securityViolation` where its signature is required and missing, and others.
    public static func load(
        _ path: [UInt16], from parent: ImageHandle, services: BootServices
    ) throws(EFIStatus) -> LoadedImage {
        let loaded = unsafe try services.interface(.loadedImage, of: parent.handle, as: EFI_LOADED_IMAGE_PROTOCOL.self)
        // Media device path, file path (UEFI 2.10, 10.3.5.4).
        var node: [UInt8] = [4, 4, 0, 0]
        for unit in path {
            node.append(UInt8(truncatingIfNeeded: unit))
            node.append(UInt8(truncatingIfNeeded: unit >> 8))
        }
        return unsafe try load(node, behind: loaded.pointee.device_handle, parent: parent, services: services)
    }

    /// Loads the UEFI Shell out of the firmware's own volumes.
    ///
    /// - Throws: `.notFound` where no volume has it.
    public static func loadShell(parent: ImageHandle, services: BootServices) throws(EFIStatus) -> LoadedImage {
        // Media device path, PI firmware file (Platform Initialization 1.7, volume 3, 8.2).
        var node: [UInt8] = [4, 6, 0, 0]
        var file = EFI_GUID.shellFile
        unsafe withUnsafeBytes(of: &file) { bytes in for index in bytes.indices { unsafe node.append(bytes[index]) } }
        var guid = EFI_GUID.firmwareVolume
        var count: UInt64 = 0
        var handles: UnsafeMutablePointer<EFI_HANDLE?>?
        unsafe try EFIStatus(rawValue: uefi_locate_handles(services.pointer, &guid, &count, &handles)).check()
        guard let handles = unsafe handles else { throw .notFound }
        defer { _ = unsafe uefi_free_pool(services.pointer, handles) }
        for index in 0..<Int(min(count, 1024)) {
            do throws(EFIStatus) {
                return unsafe try load(node, behind: handles[index], parent: parent, services: services)
            } catch {
                continue
            }
        }
        throw .notFound
    }

    /// Loads the image of the device path that consists of a handle's own path and `node`, whose length is filled in here.
    private static func load(
        _ node: [UInt8], behind device: EFI_HANDLE?, parent: ImageHandle, services: BootServices
    ) throws(EFIStatus) -> LoadedImage {
        let prefix = unsafe try services.interface(.devicePath, of: device, as: UInt8.self)
        var path: [UInt8] = []
        var offset = 0
        // Nodes up to the end node; each has a type, a subtype and a length of two bytes, at least 4 (UEFI 2.10, 10.3.1).
        while unsafe prefix[offset] != 0x7F {
            let length = unsafe Int(prefix[offset + 2]) | Int(prefix[offset + 3]) << 8
            guard length >= 4, offset + length <= pathByteLimit else { throw .invalidParameter }
            for index in offset..<offset + length { unsafe path.append(prefix[index]) }
            offset += length
        }
        guard node.count <= pathByteLimit else { throw .invalidParameter }
        for (index, byte) in node.enumerated() {
            let length = UInt16(node.count)
            path.append(index == 2 ? UInt8(truncatingIfNeeded: length) : index == 3 ? UInt8(length >> 8) : byte)
        }
        path.append(contentsOf: [0x7F, 0xFF, 4, 0])
        var image: EFI_HANDLE?
        let status = unsafe path.withUnsafeBytes { bytes in
            unsafe EFIStatus(rawValue: uefi_load_image(services.pointer, parent.handle, bytes.baseAddress, &image))
        }
        if status == .securityViolation { _ = unsafe uefi_unload_image(services.pointer, image) }
        try status.check()
        return try LoadedImage(unsafe ImageHandle(image), services: services)
    }

    private static let pathByteLimit = 4096

    /// Puts the program's load options in place; `options` must stay until the program has ended.
    public func setLoadOptions(_ options: PhysicalRange?) {
        unsafe information.pointee.load_options_size = UInt32(clamping: options?.byteCount ?? 0)
        unsafe information.pointee.load_options = options.flatMap {
            unsafe UnsafeMutableRawPointer(bitPattern: UInt($0.start.rawValue))
        }
    }

    /// Runs the program; returns its status when it has returned or called Exit.
    public func start() -> EFIStatus { EFIStatus(rawValue: unsafe uefi_start_image(services.pointer, handle.handle)) }
}
