public import CUEFI

extension EFI_GUID {
    /// A GUID in the grouping that the specification prints.
    init(
        _ data1: UInt32, _ data2: UInt16, _ data3: UInt16,
        _ data4: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8)
    ) {
        self.init(data1: data1, data2: data2, data3: data3, data4: data4)
    }

    /// `EFI_LOADED_IMAGE_PROTOCOL_GUID` (UEFI 2.10, 9.1).
    static var loadedImage: EFI_GUID { EFI_GUID(0x5B1B_31A1, 0x9562, 0x11D2, (0x8E, 0x3F, 0x00, 0xA0, 0xC9, 0x69, 0x72, 0x3B)) }

    /// `EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID` (UEFI 2.10, 13.4).
    static var simpleFileSystem: EFI_GUID {
        EFI_GUID(0x964E_5B22, 0x6459, 0x11D2, (0x8E, 0x39, 0x00, 0xA0, 0xC9, 0x69, 0x72, 0x3B))
    }

    /// `EFI_FILE_INFO_ID` (UEFI 2.10, 13.5).
    static var fileInfo: EFI_GUID { EFI_GUID(0x0957_6E92, 0x6D3F, 0x11D2, (0x8E, 0x39, 0x00, 0xA0, 0xC9, 0x69, 0x72, 0x3B)) }

    /// `EFI_DEVICE_PATH_PROTOCOL_GUID` (UEFI 2.10, 10.2).
    static var devicePath: EFI_GUID { EFI_GUID(0x0957_6E91, 0x6D3F, 0x11D2, (0x8E, 0x39, 0x00, 0xA0, 0xC9, 0x69, 0x72, 0x3B)) }

    /// `EFI_FIRMWARE_VOLUME2_PROTOCOL_GUID` (Platform Initialization 1.7, volume 3, 3.4.1).
    static var firmwareVolume: EFI_GUID {
        EFI_GUID(0x220E_73B6, 0x6BDB, 0x4413, (0x84, 0x05, 0xB9, 0x74, 0xB1, 0x08, 0x61, 0x9A))
    }

    /// The file of the UEFI Shell in EDK II's firmware volumes.
    static var shellFile: EFI_GUID { EFI_GUID(0x7C04_A583, 0x9E3E, 0x4F1C, (0xAD, 0x65, 0xE0, 0x52, 0x68, 0xD0, 0xB4, 0xD1)) }

    /// `EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID` (UEFI 2.10, 12.9).
    static var graphicsOutput: EFI_GUID {
        EFI_GUID(0x9042_A9DE, 0x23DC, 0x4A38, (0x96, 0xFB, 0x7A, 0xDE, 0xD0, 0x80, 0x51, 0x6A))
    }

    /// `EFI_ACPI_20_TABLE_GUID`: the RSDP of ACPI 2.0 and later (UEFI 2.10, 4.6).
    static var acpi20: EFI_GUID { EFI_GUID(0x8868_E871, 0xE4F1, 0x11D3, (0xBC, 0x22, 0x00, 0x80, 0xC7, 0x3C, 0x88, 0x81)) }

    /// `ACPI_TABLE_GUID`: the RSDP of ACPI 1.0.
    static var acpi10: EFI_GUID { EFI_GUID(0xEB9D_2D30, 0x2D88, 0x11D3, (0x9A, 0x16, 0x00, 0x90, 0x27, 0x3F, 0xC1, 0x4D)) }

    /// `SMBIOS3_TABLE_GUID`: the 64-bit entry point.
    static var smbios3: EFI_GUID { EFI_GUID(0xF2FD_1544, 0x9794, 0x4A2C, (0x99, 0x2E, 0xE5, 0xBB, 0xCF, 0x20, 0xE3, 0x94)) }

    /// `SMBIOS_TABLE_GUID`: the 32-bit entry point.
    static var smbios: EFI_GUID { EFI_GUID(0xEB9D_2D31, 0x2D88, 0x11D3, (0x9A, 0x16, 0x00, 0x90, 0x27, 0x3F, 0xC1, 0x4D)) }

    /// `EFI_DTB_TABLE_GUID`: a flattened device tree.
    static var deviceTree: EFI_GUID { EFI_GUID(0xB1B6_21D5, 0xF19C, 0x41A5, (0x83, 0x0B, 0xD9, 0x15, 0x2C, 0x69, 0xAA, 0xE0)) }

    /// `EFI_MEMORY_ATTRIBUTES_TABLE_GUID` (UEFI 2.10, 4.6.4).
    static var memoryAttributesTable: EFI_GUID {
        EFI_GUID(0xDCFA_911D, 0x26EB, 0x469F, (0xA2, 0x20, 0x38, 0xB7, 0xDC, 0x46, 0x12, 0x20))
    }

    static func == (left: EFI_GUID, right: EFI_GUID) -> Bool {
        left.data1 == right.data1 && left.data2 == right.data2 && left.data3 == right.data3 && left.data4.0 == right.data4.0
            && left.data4.1 == right.data4.1 && left.data4.2 == right.data4.2 && left.data4.3 == right.data4.3
            && left.data4.4 == right.data4.4 && left.data4.5 == right.data4.5 && left.data4.6 == right.data4.6
            && left.data4.7 == right.data4.7
    }
}
