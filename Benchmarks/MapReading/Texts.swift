import HostFiles
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What is read.
enum Texts {
    /// Lines of a kernel's log without a row: device names, times, hexadecimal numbers and hyphens as they have them.
    static func noise(bytes: Int) -> [UInt8] {
        let lines = [
            "[    0.412345] pci 0000:00:1f.2: [8086:a102] type 00 class 0x010601 conventional PCI endpoint",
            "[    0.512346] pci 0000:00:1f.2: BAR 5 [mem 0xf7d16000-0xf7d167ff]",
            "[    1.012347] usb 1-1: New USB device found, idVendor=1d6b, idProduct=0002, bcdDevice= 6.01",
            "[    1.512348] systemd[1]: Started systemd-journald.service - Journal Service.",
            "[    2.012349] EXT4-fs (sda1): mounted filesystem 4a2c63e1-9c8e-4b0e-8f5a-0d7c1e2f3a4b r/w with ordered data mode",
            "[    2.512350] audit: type=1400 audit(1700000000.123:42): apparmor=\"STATUS\" operation=\"profile_load\"",
            "Nov 21 06:53:12 host kernel: e1000e 0000:00:1f.6 eth0: NIC Link is Up 1000 Mbps Full Duplex",
            "[    3.012351] ACPI: SSDT 0x00000000DD4B5000 000C5F (v02 CpuRef CpuSsdt  00003000 INTL 20160527)",
        ]
        let block = Array((lines.joined(separator: "\n") + "\n").utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes + block.count)
        while text.count < bytes { text += block }
        return text
    }

    /// A kernel's rows, each a page after the one before.
    static func rows(_ count: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(count * 80)
        for row in 0..<count {
            text += "[    0.000000] BIOS-e820: [mem 0x".utf8
            append(UInt64(row) << 13, &text)
            text += "-0x".utf8
            append(UInt64(row) << 13 | 0xFFF, &text)
            text += row % 2 == 0 ? "] usable\n".utf8 : "] reserved\n".utf8
        }
        return text
    }

    private static func append(_ value: UInt64, _ text: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        for shift in stride(from: UInt64(60), through: 0, by: -4) { text.append(digits[Int(value >> shift & 0xF)]) }
    }

    /// The text files of a folder whose names begin with a digit.
    static func corpus(_ folder: String) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        guard let directory = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(directory) }
        while let entry = unsafe readdir(directory) {
            // The name ends in a zero byte inside the entry's own array.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            guard name.first?.isNumber ?? false, let bytes = try? InputFile.contents(of: FilePath(folder).appending(name)) else {
                continue
            }
            texts.append(bytes)
        }
        return texts
    }
}

extension FileDescriptor {
    static func remove(_ path: FilePath) throws {
        // The string lives as long as the call.
        _ = unsafe path.withPlatformString { unsafe unlink($0) }
    }
}

func getProcessID() -> Int32 { getpid() }
