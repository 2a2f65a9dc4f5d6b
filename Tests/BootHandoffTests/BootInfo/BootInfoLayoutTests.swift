import BootHandoff
import CBootInfo
import Testing

/// The layout is the same for Swift and for C, and has no gap.
@Suite struct BootInfoLayoutTests {
    @Test func fieldsTileTheStructure() {
        var end = 0
        for field in BootInfo.Field.allCases {
            #expect(field.offset == end, "\(field)")
            #expect(field.offset % min(field.byteCount, 8) == 0, "\(field) is naturally aligned")
            end += field.byteCount
        }
        #expect(end == BootInfo.byteCount)
        #expect(BootInfo.byteCount == 256)
    }

    @Test func cHasTheSameFieldsAtTheSameOffsets() throws {
        #expect(strata_boot_info_field_count() == BootInfo.Field.allCases.count)
        for (index, field) in BootInfo.Field.allCases.enumerated() {
            let cField = unsafe strata_boot_info_field_at(index)
            #expect(unsafe String(cString: cField.name) == field.name.description)
            #expect(unsafe cField.offset == field.offset, "\(field)")
            #expect(unsafe cField.size == field.byteCount, "\(field)")
        }
        #expect(unsafe strata_boot_info_field_at(BootInfo.Field.allCases.count).name == nil)
    }

    @Test func cHasTheSameConstants() {
        #expect(MemoryLayout<strata_boot_info>.size == BootInfo.byteCount)
        #expect(STRATA_BOOT_INFO_SIZE == BootInfo.byteCount)
        #expect(STRATA_BOOT_INFO_VERSION == BootInfo.version)
        #expect(STRATA_BOOT_INFO_ALIGNMENT == BootInfo.alignment)
        #expect(STRATA_BOOT_INFO_MIN_DESCRIPTOR_SIZE == BootInfo.MemoryMapTable.minimumDescriptorSize)
        #expect(Array(STRATA_BOOT_INFO_MAGIC.utf8) == Array(BootInfo.sample.encoded[..<8]))
    }

    /// Every value that C writes through its fields arrives in Swift.
    @Test(arguments: [0, 1, 2, 77, 0xFFFF, 0x1234_5678] as [UInt32])
    func swiftReadsWhatCWrites(seed: UInt32) throws {
        var cInfo = strata_boot_info()
        unsafe strata_boot_info_fill(&cInfo, seed)
        let bytes = unsafe withUnsafeBytes(of: &cInfo) { unsafe Array($0) }
        let info = try BootInfo(decoding: bytes)

        #expect(info.isKernelVerified == (cInfo.flags & STRATA_BOOT_INFO_FLAG_VERIFIED != 0))
        for index in 0..<32 { #expect(info.kernelDigest.bytes[index] == UInt8(truncatingIfNeeded: Int(seed) + 7 * index)) }
        #expect(info.memoryMap.range == range(cInfo.memory_map_address, cInfo.memory_map_byte_count))
        #expect(info.memoryMap.descriptorSize == cInfo.memory_map_descriptor_size)
        #expect(info.memoryMap.descriptorVersion == cInfo.memory_map_descriptor_version)
        let framebuffer = try #require(info.framebuffer)
        #expect(framebuffer.range == range(cInfo.framebuffer_address, cInfo.framebuffer_byte_count))
        #expect(framebuffer.width == cInfo.framebuffer_width)
        #expect(framebuffer.height == cInfo.framebuffer_height)
        #expect(framebuffer.pixelsPerScanLine == cInfo.framebuffer_pixels_per_scan_line)
        let masks = try #require(
            BootInfo.PixelMasks(
                red: cInfo.framebuffer_red_mask, green: cInfo.framebuffer_green_mask, blue: cInfo.framebuffer_blue_mask,
                reserved: cInfo.framebuffer_reserved_mask))
        #expect(framebuffer.format == .bitmask(masks))
        #expect(info.kernel == range(cInfo.kernel_address, cInfo.kernel_byte_count))
        #expect(info.kernelVirtualBase.rawValue == cInfo.kernel_virtual_base)
        #expect(info.initrd == range(cInfo.initrd_address, cInfo.initrd_byte_count))
        #expect(info.commandLine == range(cInfo.command_line_address, cInfo.command_line_byte_count))
        #expect(info.rsdp?.rawValue == cInfo.rsdp)
        #expect(info.smbios?.rawValue == cInfo.smbios)
        #expect(info.deviceTree?.rawValue == cInfo.device_tree)
        #expect(info.systemTable?.rawValue == cInfo.system_table)

        // And back: the Swift encoder writes what C then reads field by field.
        #expect(info.encoded == bytes)
        var written = strata_boot_info()
        unsafe withUnsafeMutableBytes(of: &written) { unsafe $0.copyBytes(from: info.encoded) }
        #expect(unsafe strata_boot_info_is_filled(&written, seed) == 1)
        var other = info
        other.smbios = nil
        unsafe withUnsafeMutableBytes(of: &written) { unsafe $0.copyBytes(from: other.encoded) }
        #expect(unsafe strata_boot_info_is_filled(&written, seed) == 0)
    }
}
