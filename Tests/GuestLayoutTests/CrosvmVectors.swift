import Foundation
import GuestLayout
import MemoryMap
import Testing

/// A configuration and, as lines of text, where crosvm's own functions put things.
struct CrosvmVector: Sendable, CustomTestStringConvertible {
    var mebibytes: UInt64
    var pci: String
    var isProtected: Bool
    var firmware: UInt64?
    var lines: [String]

    var testDescription: String { "\(mebibytes) MiB, \(pci)\(isProtected ? ", protected" : ""), firmware \(firmware ?? 0)" }

    var request: X86LayoutRequest {
        var request = X86LayoutRequest(memoryByteCount: mebibytes << 20)
        switch pci {
        case "default": break
        case "mem=0x80000000": request.pciMemoryStart = PhysicalAddress(0x8000_0000)
        case "ecam=3G/256M,mem=2G":
            request.pciMemoryStart = PhysicalAddress(0x8000_0000)
            (request.ecamStart, request.ecamByteCount) = (PhysicalAddress(0xC000_0000), 256 << 20)
        case "ecam=0xE0000000/256M":
            (request.ecamStart, request.ecamByteCount) = (PhysicalAddress(0xE000_0000), 256 << 20)
        case "ecam=0xC0000000/256M":
            (request.ecamStart, request.ecamByteCount) = (PhysicalAddress(0xC000_0000), 256 << 20)
        default: preconditionFailure("the PCI configuration \(pci) is not known")
        }
        request.isProtected = isProtected
        if let firmware { request.payload = .firmware(byteCount: firmware) }
        return request
    }

    /// The sizes and limits of the initial RAM disks that a vector places.
    static let disks: [(name: String, byteCount: UInt64, limit: UInt64?)] = [4096, 1_983_864, 67_108_864, 631_129_580, 3 << 30]
        .flatMap { size in
            [("\(size)/above4g", size, nil), ("\(size)/7fffffff", size, 0x7FFF_FFFF), ("\(size)/legacy", size, 0)]
        }

    /// What the plans for the vector's configuration say, as lines.
    func planned() throws -> [String] {
        let plan = try LayoutPlan(request)
        var lines = plan.regions.array.map { "region \(hex($0.start)) \(hex($0.byteCount)) \($0.purpose)" }
        lines += plan.e820.array.map { "e820 \(hex($0.start)) \(hex($0.byteCount)) \($0.kind.rawValue)" }
        if let ecam = plan.range(of: .ecam) { lines.append("ecam \(hex(ecam.start)) \(hex(ecam.last))") }
        if let range = plan.range(of: .virtualConfiguration) { lines.append("vcfg \(hex(range.start)) \(hex(range.last))") }
        // The window with the configuration space in it.
        let ecam = plan.addressSpace.array.filter { $0.owner.kind == .ecam && $0.last <= PhysicalAddress(0xF7FF_FFFF) }
        let window = plan.addressSpace.array.filter { $0.owner.kind == .lowMMIO } + ecam
        lines.append("low \(window.map(\.start).min().map { hex($0) } ?? "") \(window.map(\.last).max().map { hex($0) } ?? "")")
        lines.append("high \(hex(plan.highMMIOStart))")
        for bits: UInt8 in [36, 39, 40, 46, 48, 52] {
            var request = request
            request.physicalAddressBits = bits
            let range = try LayoutPlan(request).range(of: .highMMIO)
            lines.append("high end \(bits) \(range.map { hex($0.last) } ?? "empty")")
        }
        lines += plan.uncached.array.map { "mtrr \(hex($0.start)) \(hex($0.byteCount))" }
        guard firmware == nil else { return lines }
        for disk in Self.disks {
            var request = request
            // Ends at 15 MiB, as did the kernel that the vectors were made with, about.
            var kernel = BzImage(byteCount: 0xD0_0000 + 5 * 512, runTimeByteCount: 0)
            kernel = BzImage(
                byteCount: kernel.byteCount, extendedLoadFlags: disk.limit == nil ? 3 : 1, runTimeByteCount: 0,
                initialRAMDiskLimit: disk.limit ?? 0)
            request.payload = .kernel(.bzImage(kernel))
            request.initialRAMDiskByteCount = disk.byteCount
            do throws(LayoutProblem) {
                let start = try LayoutPlan(request).range(of: .initialRAMDisk)?.start
                lines.append("initrd \(disk.name) \(start.map { hex($0) } ?? "none")")
            } catch {
                guard case .noRoom = error else { throw error }
                lines.append("initrd \(disk.name) none")
            }
        }
        return lines
    }
}

func hex(_ address: PhysicalAddress) -> String { hex(address.rawValue) }
func hex(_ value: UInt64) -> String { String(value, radix: 16) }

extension CrosvmVector {
    /// All vectors that lie beside the checkout.
    static let shared: [CrosvmVector] = {
        guard let path = SharedData.path("crosvm-x86-vectors.json"), let data = FileManager.default.contents(atPath: path) else {
            return []
        }
        let rows = (try? JSONDecoder().decode([Row].self, from: data)) ?? []
        return rows.map(\.vector)
    }()

    private enum Cell: Decodable {
        case text(String)
        case number(Int)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        var plain: String {
            switch self {
            case .number(let number): "\(number)"
            case .text(let text) where text.hasPrefix("0x"): String(text.dropFirst(2))
            case .text(let text):
                [
                    "GuestMemoryRegion": "memory", "ReservedMemory": "reserved", "Bios": "firmware",
                    "ProtectedFirmwareRegion": "protectedFirmware",
                ][text] ?? text
            }
        }
    }

    private struct Row: Decodable {
        var mem_mib: UInt64
        var pci: String
        var pvm: Bool
        var bios: UInt64?
        var regions: [[Cell]]
        var e820: [[Cell]]
        var low_mmio: [Cell]
        var ecam: [Cell]
        var vcfg: [Cell]
        var high_mmio_start: String
        var high_mmio_end: [String: String]
        var mtrr: [[Cell]]
        var initrd: [String: String?]

        var vector: CrosvmVector {
            func line(_ name: String, _ cells: [Cell]) -> String { ([name] + cells.map(\.plain)).joined(separator: " ") }
            func number(_ text: String?) -> UInt64 { text.flatMap { UInt64($0.dropFirst(2), radix: 16) } ?? 0 }
            var lines = regions.map { line("region", $0) } + e820.map { line("e820", $0) }
            lines += [line("ecam", ecam), line("vcfg", vcfg), line("low", low_mmio)]
            let start = number(high_mmio_start)
            lines.append("high \(hex(start))")
            for bits in [36, 39, 40, 46, 48, 52] {
                let end = number(high_mmio_end["\(bits)"])
                lines.append("high end \(bits) \(end < start ? "empty" : hex(end))")
            }
            lines += mtrr.map { line("mtrr", $0) }
            if bios == nil {
                for disk in CrosvmVector.disks {
                    lines.append("initrd \(disk.name) \((initrd[disk.name] ?? nil).map { String($0.dropFirst(2)) } ?? "none")")
                }
            }
            return CrosvmVector(mebibytes: mem_mib, pci: pci, isProtected: pvm, firmware: bios, lines: lines)
        }
    }
}

/// Data that lie beside the checkout, or where `STRATA_SHARED_DATA` says.
enum SharedData {
    static func path(_ name: String) -> String? {
        var folders: [String] = []
        if let path = ProcessInfo.processInfo.environment["STRATA_SHARED_DATA"] { folders.append(path) }
        var parent = URL(fileURLWithPath: #filePath)
        while parent.path != "/" {
            parent.deleteLastPathComponent()
            folders.append(parent.appendingPathComponent("shared/data").path)
        }
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.fileExists(atPath: $0) }
    }
}
