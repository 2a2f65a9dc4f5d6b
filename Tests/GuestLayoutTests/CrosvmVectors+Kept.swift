// Twelve of the configurations that crosvm's own functions were asked about, for checkouts without the whole table.

extension CrosvmVector {
    static let kept: [CrosvmVector] = [
        CrosvmVector(
            mebibytes: 16, pci: "mem=0x80000000", isProtected: false, firmware: nil,
            lines: """
                region 0 a0000 memory
                region a0000 60000 reserved
                region 100000 f00000 memory
                e820 0 a0000 1
                e820 a0000 60000 2
                e820 100000 f00000 1
                e820 f4000000 4000000 2
                e820 100000000 8000000 2
                e820 feffc000 4000 2
                ecam f4000000 f7ffffff
                vcfg 100000000 107ffffff
                low 80000000 f7ffffff
                high 108000000
                high end 36 fffffffff
                high end 39 7fffffffff
                high end 40 ffffffffff
                high end 46 3fffffffffff
                high end 48 3fffffffffff
                high end 52 3fffffffffff
                mtrr 80000000 80000000
                initrd 4096/above4g fff000
                initrd 4096/7fffffff fff000
                initrd 4096/legacy fff000
                initrd 1983864/above4g none
                initrd 1983864/7fffffff none
                initrd 1983864/legacy none
                initrd 67108864/above4g none
                initrd 67108864/7fffffff none
                initrd 67108864/legacy none
                initrd 631129580/above4g none
                initrd 631129580/7fffffff none
                initrd 631129580/legacy none
                initrd 3221225472/above4g none
                initrd 3221225472/7fffffff none
                initrd 3221225472/legacy none
                """.split(separator: "\n").map(String.init)),
        CrosvmVector(
            mebibytes: 512, pci: "ecam=0xE0000000/256M", isProtected: false, firmware: nil,
            lines: """
                region 0 a0000 memory
                region a0000 60000 reserved
                region 100000 1ff00000 memory
                e820 0 a0000 1
                e820 a0000 60000 2
                e820 100000 1ff00000 1
                e820 e0000000 10000000 2
                e820 100000000 20000000 2
                e820 feffc000 4000 2
                ecam e0000000 efffffff
                vcfg 100000000 11fffffff
                low d0000000 f7ffffff
                high 120000000
                high end 36 fffffffff
                high end 39 7fffffffff
                high end 40 ffffffffff
                high end 46 3fffffffffff
                high end 48 3fffffffffff
                high end 52 3fffffffffff
                mtrr d0000000 10000000
                mtrr e0000000 20000000
                initrd 4096/above4g 1ffff000
                initrd 4096/7fffffff 1ffff000
                initrd 4096/legacy 1ffff000
                initrd 1983864/above4g 1fe1b000
                initrd 1983864/7fffffff 1fe1b000
                initrd 1983864/legacy 1fe1b000
                initrd 67108864/above4g 1c000000
                initrd 67108864/7fffffff 1c000000
                initrd 67108864/legacy 1c000000
                initrd 631129580/above4g none
                initrd 631129580/7fffffff none
                initrd 631129580/legacy none
                initrd 3221225472/above4g none
                initrd 3221225472/7fffffff none
                initrd 3221225472/legacy none
                """.split(separator: "\n").map(String.init)),
        CrosvmVector(
            mebibytes: 5120, pci: "default", isProtected: false, firmware: nil,
            lines: """
                region 0 a0000 memory
                region a0000 60000 reserved
                region 100000 cff00000 memory
                region 100000000 70000000 memory
                e820 0 a0000 1
                e820 a0000 60000 2
                e820 100000 cff00000 1
                e820 100000000 70000000 1
                e820 f4000000 4000000 2
                e820 170000000 8000000 2
                e820 feffc000 4000 2
                ecam f4000000 f7ffffff
                vcfg 170000000 177ffffff
                low d0000000 f7ffffff
                high 178000000
                high end 36 fffffffff
                high end 39 7fffffffff
                high end 40 ffffffffff
                high end 46 3fffffffffff
                high end 48 3fffffffffff
                high end 52 3fffffffffff
                mtrr d0000000 10000000
                mtrr e0000000 20000000
                initrd 4096/above4g 16ffff000
                initrd 4096/7fffffff 7ffff000
                initrd 4096/legacy 37fff000
                initrd 1983864/above4g 16fe1b000
                initrd 1983864/7fffffff 7fe1b000
                initrd 1983864/legacy 37e1b000
                initrd 67108864/above4g 16c000000
                initrd 67108864/7fffffff 7c000000
                initrd 67108864/legacy 34000000
                initrd 631129580/above4g 14a61b000
                initrd 631129580/7fffffff 5a61b000
                initrd 631129580/legacy 1261b000
                initrd 3221225472/above4g 10000000
                initrd 3221225472/7fffffff none
                initrd 3221225472/legacy none
                """.split(separator: "\n").map(String.init)),
        CrosvmVector(
            mebibytes: 3328, pci: "default", isProtected: true, firmware: nil,
            lines: """
                region 0 a0000 memory
                region a0000 60000 reserved
                region 100000 7fb00000 memory
                region 7fc00000 400000 protectedFirmware
                region 80000000 50000000 memory
                e820 0 a0000 1
                e820 a0000 60000 2
                e820 100000 7fb00000 1
                e820 7fc00000 400000 1
                e820 80000000 50000000 1
                e820 f4000000 4000000 2
                e820 100000000 8000000 2
                e820 feffc000 4000 2
                ecam f4000000 f7ffffff
                vcfg 100000000 107ffffff
                low d0000000 f7ffffff
                high 108000000
                high end 36 fffffffff
                high end 39 7fffffffff
                high end 40 ffffffffff
                high end 46 3fffffffffff
                high end 48 3fffffffffff
                high end 52 3fffffffffff
                mtrr d0000000 10000000
                mtrr e0000000 20000000
                initrd 4096/above4g cffff000
                initrd 4096/7fffffff 7fbff000
                initrd 4096/legacy 37fff000
                initrd 1983864/above4g cfe1b000
                initrd 1983864/7fffffff 7fa1b000
                initrd 1983864/legacy 37e1b000
                initrd 67108864/above4g cc000000
                initrd 67108864/7fffffff 7bc00000
                initrd 67108864/legacy 34000000
                initrd 631129580/above4g aa61b000
                initrd 631129580/7fffffff 5a21b000
                initrd 631129580/legacy 1261b000
                initrd 3221225472/above4g none
                initrd 3221225472/7fffffff none
                initrd 3221225472/legacy none
                """.split(separator: "\n").map(String.init)),
        CrosvmVector(
            mebibytes: 2048, pci: "ecam=3G/256M,mem=2G", isProtected: true, firmware: nil,
            lines: """
                region 0 a0000 memory
                region a0000 60000 reserved
                region 100000 7fb00000 memory
                region 7fc00000 400000 protectedFirmware
                e820 0 a0000 1
                e820 a0000 60000 2
                e820 100000 7fb00000 1
                e820 7fc00000 400000 1
                e820 c0000000 10000000 2
                e820 100000000 20000000 2
                e820 feffc000 4000 2
                ecam c0000000 cfffffff
                vcfg 100000000 11fffffff
                low 80000000 f7ffffff
                high 120000000
                high end 36 fffffffff
                high end 39 7fffffffff
                high end 40 ffffffffff
                high end 46 3fffffffffff
                high end 48 3fffffffffff
                high end 52 3fffffffffff
                mtrr 80000000 80000000
                initrd 4096/above4g 7fbff000
                initrd 4096/7fffffff 7fbff000
                initrd 4096/legacy 37fff000
                initrd 1983864/above4g 7fa1b000
                initrd 1983864/7fffffff 7fa1b000
                initrd 1983864/legacy 37e1b000
                initrd 67108864/above4g 7bc00000
                initrd 67108864/7fffffff 7bc00000
                initrd 67108864/legacy 34000000
                initrd 631129580/above4g 5a21b000
                initrd 631129580/7fffffff 5a21b000
                initrd 631129580/legacy 1261b000
                initrd 3221225472/above4g none
                initrd 3221225472/7fffffff none
                initrd 3221225472/legacy none
                """.split(separator: "\n").map(String.init)),
        CrosvmVector(
            mebibytes: 2052, pci: "ecam=0xC0000000/256M", isProtected: true, firmware: nil,
            lines: """
                region 0 a0000 memory
                region a0000 60000 reserved
                region 100000 7fb00000 memory
                region 7fc00000 400000 protectedFirmware
                region 80000000 400000 memory
                e820 0 a0000 1
                e820 a0000 60000 2
                e820 100000 7fb00000 1
                e820 7fc00000 400000 1
                e820 80000000 400000 1
                e820 c0000000 10000000 2
                e820 100000000 20000000 2
                e820 feffc000 4000 2
                ecam c0000000 cfffffff
                vcfg 100000000 11fffffff
                low c0000000 f7ffffff
                high 120000000
                high end 36 fffffffff
                high end 39 7fffffffff
                high end 40 ffffffffff
                high end 46 3fffffffffff
                high end 48 3fffffffffff
                high end 52 3fffffffffff
                mtrr c0000000 40000000
                initrd 4096/above4g 803ff000
                initrd 4096/7fffffff 7fbff000
                initrd 4096/legacy 37fff000
                initrd 1983864/above4g 8021b000
                initrd 1983864/7fffffff 7fa1b000
                initrd 1983864/legacy 37e1b000
                initrd 67108864/above4g 7bc00000
                initrd 67108864/7fffffff 7bc00000
                initrd 67108864/legacy 34000000
                initrd 631129580/above4g 5a21b000
                initrd 631129580/7fffffff 5a21b000
                initrd 631129580/legacy 1261b000
                initrd 3221225472/above4g none
                initrd 3221225472/7fffffff none
                initrd 3221225472/legacy none
                """.split(separator: "\n").map(String.init)),
        CrosvmVector(
            mebibytes: 4096, pci: "ecam=3G/256M,mem=2G", isProtected: true, firmware: nil,
            lines: """
                region 0 a0000 memory
                region a0000 60000 reserved
                region 100000 7fb00000 memory
                region 7fc00000 400000 protectedFirmware
                region 100000000 80000000 memory
                e820 0 a0000 1
                e820 a0000 60000 2
                e820 100000 7fb00000 1
                e820 7fc00000 400000 1
                e820 100000000 80000000 1
                e820 c0000000 10000000 2
                e820 180000000 20000000 2
                e820 feffc000 4000 2
                ecam c0000000 cfffffff
                vcfg 180000000 19fffffff
                low 80000000 f7ffffff
                high 1a0000000
                high end 36 fffffffff
                high end 39 7fffffffff
                high end 40 ffffffffff
                high end 46 3fffffffffff
                high end 48 3fffffffffff
                high end 52 3fffffffffff
                mtrr 80000000 80000000
                initrd 4096/above4g 17ffff000
                initrd 4096/7fffffff 7fbff000
                initrd 4096/legacy 37fff000
                initrd 1983864/above4g 17fe1b000
                initrd 1983864/7fffffff 7fa1b000
                initrd 1983864/legacy 37e1b000
                initrd 67108864/above4g 17c000000
                initrd 67108864/7fffffff 7bc00000
                initrd 67108864/legacy 34000000
                initrd 631129580/above4g 15a61b000
                initrd 631129580/7fffffff 5a21b000
                initrd 631129580/legacy 1261b000
                initrd 3221225472/above4g none
                initrd 3221225472/7fffffff none
                initrd 3221225472/legacy none
                """.split(separator: "\n").map(String.init)),
        CrosvmVector(
            mebibytes: 4096, pci: "mem=0x80000000", isProtected: false, firmware: 4194304,
            lines: """
                region 0 a0000 memory
                region a0000 60000 reserved
                region 100000 7ff00000 memory
                region ffc00000 400000 firmware
                region 100000000 80000000 memory
                e820 0 a0000 1
                e820 a0000 60000 2
                e820 100000 7ff00000 1
                e820 ffc00000 400000 2
                e820 100000000 80000000 1
                e820 f4000000 4000000 2
                e820 180000000 8000000 2
                e820 feffc000 4000 2
                ecam f4000000 f7ffffff
                vcfg 180000000 187ffffff
                low 80000000 f7ffffff
                high 188000000
                high end 36 fffffffff
                high end 39 7fffffffff
                high end 40 ffffffffff
                high end 46 3fffffffffff
                high end 48 3fffffffffff
                high end 52 3fffffffffff
                mtrr 80000000 80000000
                """.split(separator: "\n").map(String.init)),
        CrosvmVector(
            mebibytes: 2560, pci: "ecam=0xE0000000/256M", isProtected: false, firmware: 262144,
            lines: """
                region 0 a0000 memory
                region a0000 60000 reserved
                region 100000 9ff00000 memory
                region fffc0000 40000 firmware
                e820 0 a0000 1
                e820 a0000 60000 2
                e820 100000 9ff00000 1
                e820 fffc0000 40000 2
                e820 e0000000 10000000 2
                e820 100000000 20000000 2
                e820 feffc000 4000 2
                ecam e0000000 efffffff
                vcfg 100000000 11fffffff
                low d0000000 f7ffffff
                high 120000000
                high end 36 fffffffff
                high end 39 7fffffffff
                high end 40 ffffffffff
                high end 46 3fffffffffff
                high end 48 3fffffffffff
                high end 52 3fffffffffff
                mtrr d0000000 10000000
                mtrr e0000000 20000000
                """.split(separator: "\n").map(String.init)),
        CrosvmVector(
            mebibytes: 65536, pci: "ecam=0xE0000000/256M", isProtected: false, firmware: nil,
            lines: """
                region 0 a0000 memory
                region a0000 60000 reserved
                region 100000 cff00000 memory
                region 100000000 f30000000 memory
                e820 0 a0000 1
                e820 a0000 60000 2
                e820 100000 cff00000 1
                e820 100000000 f30000000 1
                e820 e0000000 10000000 2
                e820 1030000000 20000000 2
                e820 feffc000 4000 2
                ecam e0000000 efffffff
                vcfg 1030000000 104fffffff
                low d0000000 f7ffffff
                high 1050000000
                high end 36 empty
                high end 39 7fffffffff
                high end 40 ffffffffff
                high end 46 3fffffffffff
                high end 48 3fffffffffff
                high end 52 3fffffffffff
                mtrr d0000000 10000000
                mtrr e0000000 20000000
                initrd 4096/above4g 102ffff000
                initrd 4096/7fffffff 7ffff000
                initrd 4096/legacy 37fff000
                initrd 1983864/above4g 102fe1b000
                initrd 1983864/7fffffff 7fe1b000
                initrd 1983864/legacy 37e1b000
                initrd 67108864/above4g 102c000000
                initrd 67108864/7fffffff 7c000000
                initrd 67108864/legacy 34000000
                initrd 631129580/above4g 100a61b000
                initrd 631129580/7fffffff 5a61b000
                initrd 631129580/legacy 1261b000
                initrd 3221225472/above4g f70000000
                initrd 3221225472/7fffffff none
                initrd 3221225472/legacy none
                """.split(separator: "\n").map(String.init)),
        CrosvmVector(
            mebibytes: 1048576, pci: "ecam=0xC0000000/256M", isProtected: true, firmware: nil,
            lines: """
                region 0 a0000 memory
                region a0000 60000 reserved
                region 100000 7fb00000 memory
                region 7fc00000 400000 protectedFirmware
                region 80000000 40000000 memory
                region 100000000 ff40000000 memory
                e820 0 a0000 1
                e820 a0000 60000 2
                e820 100000 7fb00000 1
                e820 7fc00000 400000 1
                e820 80000000 40000000 1
                e820 100000000 ff40000000 1
                e820 c0000000 10000000 2
                e820 10040000000 20000000 2
                e820 feffc000 4000 2
                ecam c0000000 cfffffff
                vcfg 10040000000 1005fffffff
                low c0000000 f7ffffff
                high 10060000000
                high end 36 empty
                high end 39 empty
                high end 40 empty
                high end 46 3fffffffffff
                high end 48 3fffffffffff
                high end 52 3fffffffffff
                mtrr c0000000 40000000
                initrd 4096/above4g 1003ffff000
                initrd 4096/7fffffff 7fbff000
                initrd 4096/legacy 37fff000
                initrd 1983864/above4g 1003fe1b000
                initrd 1983864/7fffffff 7fa1b000
                initrd 1983864/legacy 37e1b000
                initrd 67108864/above4g 1003c000000
                initrd 67108864/7fffffff 7bc00000
                initrd 67108864/legacy 34000000
                initrd 631129580/above4g 1001a61b000
                initrd 631129580/7fffffff 5a21b000
                initrd 631129580/legacy 1261b000
                initrd 3221225472/above4g ff80000000
                initrd 3221225472/7fffffff none
                initrd 3221225472/legacy none
                """.split(separator: "\n").map(String.init)),
        CrosvmVector(
            mebibytes: 16777216, pci: "default", isProtected: false, firmware: 262144,
            lines: """
                region 0 a0000 memory
                region a0000 60000 reserved
                region 100000 cff00000 memory
                region fffc0000 40000 firmware
                region 100000000 fff30000000 memory
                e820 0 a0000 1
                e820 a0000 60000 2
                e820 100000 cff00000 1
                e820 fffc0000 40000 2
                e820 100000000 fff30000000 1
                e820 f4000000 4000000 2
                e820 100030000000 8000000 2
                e820 feffc000 4000 2
                ecam f4000000 f7ffffff
                vcfg 100030000000 100037ffffff
                low d0000000 f7ffffff
                high 100038000000
                high end 36 empty
                high end 39 empty
                high end 40 empty
                high end 46 3fffffffffff
                high end 48 3fffffffffff
                high end 52 3fffffffffff
                mtrr d0000000 10000000
                mtrr e0000000 20000000
                """.split(separator: "\n").map(String.init)),
    ]
}
