/// A few rows of every grammar, behind the prefixes of logs and in the encodings that logs come in.
enum MapTextSeeds {
    static var texts: [[UInt8]] {
        samples.map { Array($0.utf8) } + [
            Array(samples[1].replacing("\n", with: "\r\n").utf8),
            [0xFF, 0xFE] + samples[5].utf8.flatMap { [$0, 0] },
            Array(samples.map { "> > \($0)" }.joined(separator: "\n").utf8),
        ]
    }

    private static let samples = [
        """
         BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)
         BIOS-e820: 0000000000100000 - 000000003fff0000 (usable)
        """,
        """
        <6>[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
        [    0.000000][    T0] BIOS-e820: [gap 0x000000009d000000-0x000000009d78ffff]
        Nov 21 08:43:20 host kernel: [    0.000000] user: [mem 0x00000003c0000000-0x00000005bfffffff] persistent (type 12)
        [    0.000000] BIOS-e820: [mem 0x000000006cbcf000-0x000000006cdcefff]
         type 20
        [    0.000000] e820: update [mem 0x73954018-0x73962857] usable ==> usable
        """,
        """
        efi: mem00: type=3, attr=0xf, range=[0x0000000000000000-0x0000000000001000) (0MB)
        efi: mem00: [Conventional Memory|attr=0x080000000000000f] range=[0x0000000000000000-0x0000000000058000) (0MB)
        efi: mem53: [Conventional Memory|   |  |SP|  |  |  |  |  |   |WB|WT|WC|UC] range=[0x240000000-0x2ffffffff] (3072MB)
        efi: mem03: [type=9|attr=0x0e42] range=[0x0486200e41038c18-0x200e898a0eee713ac17] (invalid)
        """,
        """
        efi:   0x000801f0c000-0x000803f7ffff [Conventional|   |  |  |  |  |  |  |  |  |   |WB|  |  |  ]
        efi: memattr:  0x00008db6f000-0x00008db93fff [Runtime Code|RUN|  |  |  |  |XP|  |  |  |   |  |  |  |  ]
        """,
        """
        00000000-00000fff : Reserved
        00001000-0009fbff : System RAM
          000a0000-000bffff : PCI Bus 0000:00
        100000000-16fffffff : System RAM
        """,
        """
        Type      Start            End              # Pages          Attributes
        BS_Code   0000000000000000-0000000000000FFF 0000000000000001 000000000000000F
        Available 0000000000001000-000000000009FFFF 000000000000009F 000000000000000F
        MemoryMap,"Conventional","100000","7FFFFF","700","F"
        """,
        """
        (XEN)  [0000000000000000, 000000000009fbff] (usable)
        (XEN)  0000000000100000 - 00000000ca22a000 (usable)
        base_addr = 0x100000, length = 0x7ee0000, available RAM
        SMAP type=01 base=0000000000000000 len=000000000009fc00
        MMap[0]: 0x0 - 0x9fbff len=654336, type=1, attr=0x1
        0000000000000000-00000000ffffffff (prio 0, ram): pc.ram @0000000000000000
        """,
        """
        Index, Type, Type(name), PhysicalStart, NumberOfPages, Attribute
        0, 3, EfiBootServicesCode, 00000000, 1, F
        3, A, EfiACPIMemoryNVS, 00800000, 8, F
        """,
    ]
}
