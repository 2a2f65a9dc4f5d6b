import MapFormats
import MemoryMap

extension Sample {
    /// The grammars of BSDs, of firmware's own debug output, of early allocators and of tools.
    static let others: [Sample] = [
        Sample(
            .linuxZones, .inclusive,
            """
            [    0.000000] Zone ranges:
            [    0.000000]   DMA      [mem 0x0000000000001000-0x0000000000ffffff]
            [    0.000000]   DMA32    [mem 0x0000000001000000-0x00000000ffffffff]
            [    0.000000]   Normal   empty
            """,
            [Row(0x1000, 0xFF_FFFF, .conventional), Row(0x100_0000, 0xFFFF_FFFF, .conventional)]),
        Sample(
            .linuxZones, .inclusive,
            """
            [    0.000000] Early memory node ranges
            [    0.000000]   node   0: [mem 0x0000000000001000-0x000000000009ffff]
            [    0.000000]   node   1: [mem 0x0000000100000000-0x00000001ffffffff]
            [    0.000000] Initmem setup node 0 [mem 0x0000000000001000-0x000000000009ffff]
            """,
            [Row(0x1000, 0x9FFFF, .conventional), Row(0x1_0000_0000, 0x1_FFFF_FFFF, .conventional)]),
        Sample(
            .linuxE820, .inclusive,
            """
            [    0.000000] user: [mem 0x0000000000000000-0x000000000009ffff] usable
            [    0.000000] user: [gap 0x00000000000a0000-0x00000000000fffff]
            [    0.000000] user: [mem 0x0000000000100000-0x00000000ffffffff] persistent (type 12)
            """,
            [Row(0, 0x9FFFF, .conventional), Row(0xA0000, 0xFFFFF, .reserved), Row(0x10_0000, 0xFFFF_FFFF, .persistent)]),
        Sample(
            .freeBSDSMAP, .length,
            """
            SMAP type=01 base=0000000000000000 len=000000000009fc00
            SMAP type=02 base=00000000000f0000 len=0000000000010000
            SMAP type=04, xattr=01, base=000000007ff00000, len=0000000000010000
            """,
            [Row(0, 0x9FBFF, .conventional), Row(0xF0000, 0xFFFFF, .reserved), Row(0x7FF0_0000, 0x7FF0_FFFF, .acpiNVS)]),
        Sample(
            .freeBSDChunks, .inclusive,
            """
            0x0000000000010000 - 0x000000000009dfff, 581632 bytes (142 pages)
            0x0000000001200000 - 0x00000000060f3fff, 82788352 bytes (20212 pages)
            """,
            [Row(0x10000, 0x9DFFF, .conventional), Row(0x120_0000, 0x60F_3FFF, .conventional)]),
        Sample(
            .freeBSDEFI, .pages,
            """
                   Type             Physical      Virtual   #Pages Attr
             BootServicesCode 000000000000            0 00000001 UC WC WT WB
             ConventionalMemory 000000001000            0 0000009f UC WC WT WB
             RuntimeServicesData 00007f000000            0 00000010 UC WC WT WB RUNTIME
            """,
            [
                Row(0, 0xFFF, .bootServicesCode), Row(0x1000, 0x9FFFF, .conventional),
                Row(0x7F00_0000, 0x7F00_FFFF, .runtimeServicesData),
            ]),
        Sample(
            .openBSDMemory, .length,
            """
            Region 0: type 1 at 0x0 for 639KB
            Region 1: type 2 at 0x9fc00 for 1KB
            Region 2: type 3 at 0x7fe00000 for 64KB
            """,
            [Row(0, 0x9FBFF, .conventional), Row(0x9FC00, 0x9FFFF, .reserved), Row(0x7FE0_0000, 0x7FE0_FFFF, .acpiReclaim)]),
        Sample(
            .netBSDMemory, .length,
            """
                addr 0x0  size 0x9fc00  type 0x1
                addr 0xf0000  size 0x10000  type 0x2
            """,
            [Row(0, 0x9FBFF, .conventional), Row(0xF0000, 0xFFFFF, .reserved)]),
        Sample(
            .gcd, .inclusive,
            """
            GCDMemType Range                             Capabilities     Attributes      
            ========== ================================= ================ ================
            SystemMem  0000000000000000-000000000009FFFF 800000000002600F 0000000000000008 
            NonExist   00000000000A0000-00000000000FFFFF 0000000000000000 0000000000000000 
            MMIO       00000000FEC00000-00000000FECFFFFF C700000000027001 0000000000000001*
            """,
            [
                Row(0, 0x9FFFF, .conventional), Row(0xA0000, 0xFFFFF, .reserved), Row(0xFEC0_0000, 0xFECF_FFFF, .memoryMappedIO),
            ]),
        Sample(
            .memoryAttributesTable, .pages,
            """
            MAT,0x0000000000000005,0x000000007f000000,0x0000000000000000,0x0000000000000010,0x8000000000020000,0x7
            MAT,0x0000000000000006,0x000000007f010000,0x0000000000000000,0x0000000000000004,0x8000000000004000,0x7
            """,
            [Row(0x7F00_0000, 0x7F00_FFFF, .runtimeServicesCode), Row(0x7F01_0000, 0x7F01_3FFF, .runtimeServicesData)]),
        Sample(
            .pagingAudit, .pages,
            """
            MemoryMap,0x0000000000000007,0x0000000000001000,0x0000000000000000,0x000000000000009f,0x000000000000000f,0x3
            MemoryMap,0x0000000000000004,0x0000000000100000,0x0000000000000000,0x0000000000000001,0x000000000000000f,0x3
            """,
            [Row(0x1000, 0x9FFFF, .conventional), Row(0x10_0000, 0x10_0FFF, .bootServicesData)]),
        Sample(
            .openCore, .inclusive,
            """
            12:345 00:001 OCMM: Available [   |   |   |   |   |   |   |   |   |WB|WT|WC|UC] 0x0000000000001000-0x000000000009EFFF -> 0x0000000000000000 (0 MB)
            12:345 00:001 OCMM: RT_Code [RUN|   |   |   |   |   |   |   |   |WB|WT|WC|UC] 0x000000007F000000-0x000000007F0FFFFF -> 0x0000000000000000 (1 MB)
            """,
            [Row(0x1000, 0x9EFFF, .conventional), Row(0x7F00_0000, 0x7F0F_FFFF, .runtimeServicesCode)]),
        Sample(
            .linuxMemblock, .inclusive,
            """
            [    0.000000]  memory[0x0]     [0x0000000000000000-0x000000003dffffff], 0x000000003e000000 bytes flags: 0x0
            [    0.000000]  memory[0x1]     [0x0000000040000000-0x00000000400fffff], 0x0000000000100000 bytes flags: 0x4
            """,
            [Row(0, 0x3DFF_FFFF, .conventional), Row(0x4000_0000, 0x400F_FFFF, .reserved)]),
        Sample(
            .uBootLMB, .inclusive,
            """
             memory[0]      [0x0-0x3fffffff], 0x40000000 bytes, flags: none
             memory[1]      [0x80000000-0x8fffffff], 0x10000000 bytes, flags: none
            """,
            [Row(0, 0x3FFF_FFFF, .conventional), Row(0x8000_0000, 0x8FFF_FFFF, .conventional)]),
        Sample(
            .linuxReservedMemory, .inclusive,
            "[    0.000000] OF: reserved mem: 0x0000000100000000..0x000000010003ffff (256 KiB) nomap non-reusable resv@1,0",
            [Row(0x1_0000_0000, 0x1_0003_FFFF, .reserved)]),
        Sample(
            .linuxE820Update, .inclusive,
            """
            [    0.000000] e820: update [mem 0x00000000-0x00000fff] usable ==> reserved
            [    0.000000] e820: update [mem 0x7b000018-0x7b010057] usable ==> usable
            """,
            [Row(0, 0xFFF, .reserved), Row(0x7B00_0018, 0x7B01_0057, .conventional)]),
        Sample(
            .linuxMemoryAttributes, .inclusive,
            """
            [    0.000000] efi: memattr:  0x00008db6f000-0x00008db93fff [Runtime Code|RUN|  |  |  |  |  |  |  |RO|   |  |  |  |  ]
            [    0.000000] efi: memattr:  0x00008db94000-0x00008db99fff [Runtime Data|RUN|  |  |  |  |XP|  |  |  |   |  |  |  |  ]
            """,
            [Row(0x8DB6_F000, 0x8DB9_3FFF, .runtimeServicesCode), Row(0x8DB9_4000, 0x8DB9_9FFF, .runtimeServicesData)]),
        Sample(
            .linuxFirmwareMemmap, .exclusive,
            """
            0000000000000000-000000000009fc00 (System RAM)
            000000000009fc00-00000000000a0000 (Reserved)
            00000000bffdf000-00000000bffe0000 (ACPI Tables)
            """,
            [Row(0, 0x9FBFF, .conventional), Row(0x9FC00, 0x9FFFF, .reserved), Row(0xBFFD_F000, 0xBFFD_FFFF, .acpiReclaim)]),
        Sample(
            .qemuMemoryTree, .inclusive,
            """
            FlatView #0
             AS "memory", root: system
             Root memory region: system
              0000000000000000-000000000009ffff (prio 0, ram): pc.ram @0000000000000000 KVM
              00000000000a0000-00000000000affff (prio 1, i/o): vga-lowmem
              00000000fffc0000-00000000ffffffff (prio 0, rom): pc.bios
            """,
            [
                Row(0, 0x9FFFF, .conventional), Row(0xA0000, 0xAFFFF, .memoryMappedIO), Row(0xFFFC_0000, 0xFFFF_FFFF, .reserved),
            ]),
        Sample(
            .descriptorCSV, .pages,
            """
            Index, Type, Type(name), PhysicalStart, NumberOfPages, Attribute
            0, 3, EfiBootServicesCode, 00000000, 1, F
            1, A, EfiACPIMemoryNVS, 00800000, 8, F
            """,
            [Row(0, 0xFFF, .bootServicesCode), Row(0x80_0000, 0x80_7FFF, .acpiNVS)]),
        Sample(
            .descriptorCSV, .pages,
            """
            Index,\t\tType,\tType(name),\tPhysicalStart,\tNumberOfPages,\tAttribute
            0     3      Boot Services Code        0x00000000000000 0x0000000001 0x000000000000000f
            1     10     ACPI Memory NVS           0x00000000800000 0x0000000008 0x000000000000000f
            """,
            [Row(0, 0xFFF, .bootServicesCode), Row(0x80_0000, 0x80_7FFF, .acpiNVS)]),
        Sample(
            .uefiRS, .pages,
            """
            INFO: MemoryDescriptor { ty: CONVENTIONAL, padding: 0, phys_start: 4096, virt_start: 0, page_count: 159, att: UNCACHEABLE | WRITE_BACK }
            INFO: MemoryDescriptor { ty: MMIO, padding: 0, phys_start: 4276092928, virt_start: 0, page_count: 1, att: UNCACHEABLE | RUNTIME }
            """,
            [Row(0x1000, 0x9FFFF, .conventional), Row(0xFEE0_0000, 0xFEE0_0FFF, .memoryMappedIO)]),
        Sample(
            .regionReport, .pages,
            """
            Type                Base                   Pages       Size Attributes
            Conventional        0x0000000000001000       159    636 KiB 0xf [UC|WC|WT|WB]
            OEM 0x70000001      0x0000000000100000       256      1 MiB 0xf [UC|WC|WT|WB]
            """,
            [Row(0x1000, 0x9FFFF, .conventional), Row(0x10_0000, 0x1F_FFFF, MemoryType(0x7000_0001))]),
    ]
}
