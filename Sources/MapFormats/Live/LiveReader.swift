import MemoryMap

/// Reads the maps of the machine that the program runs on: what Linux shows of the firmware's in `/sys` and `/proc`.
public struct LiveReader: Sendable {
    /// The places that are looked at.
    public enum Place: UInt8, Hashable, Sendable, CaseIterable {
        /// The map that the firmware gave, as it was before the kernel changed it.
        case firmwareMemmap

        /// The regions of UEFI runtime services.
        case runtimeMap

        /// The kernel's tree of addresses.
        case iomem

        /// The device tree that the kernel was given.
        case deviceTree

        /// Where it lies under the root of the file system.
        public var path: StaticString {
            switch self {
            case .firmwareMemmap: "/sys/firmware/memmap"
            case .runtimeMap: "/sys/firmware/efi/runtime-map"
            case .iomem: "/proc/iomem"
            case .deviceTree: "/sys/firmware/fdt"
            }
        }
    }

    /// What is there at a place.
    public enum Outcome: Sendable {
        case maps(MapCollection)

        /// Why there is none, for people.
        case nothing(reason: String)
    }

    /// A file's bytes, or why they cannot be had.
    public enum File: Sendable {
        case contents([UInt8])
        case unreadable(reason: String)
    }

    private let open: @Sendable (String) -> File

    /// - Parameter open: reads a file by its absolute path.
    public init(_ open: @escaping @Sendable (String) -> File) { self.open = open }

    /// Reads the maps at a place.
    public func read(_ place: Place) -> Outcome {
        switch place {
        case .firmwareMemmap: numbered(place, firmwareRow)
        case .runtimeMap: numbered(place, runtimeRow)
        case .iomem: iomem()
        case .deviceTree: deviceTree()
        }
    }
}

extension LiveReader {
    /// Folders 0, 1, 2 and so on with a file for each member.
    private func numbered(
        _ place: Place, _ row: (String) -> (MapRow, StaticString)?
    ) -> Outcome {
        var rows = BinaryRows()
        rows.begin(
            place == .firmwareMemmap ? .linuxFirmwareMemmap : .runtimeMap, "", place == .firmwareMemmap ? .inclusive : .pages)
        var number = 0
        while number < 65_536, let (row, word) = row("\(place.path)/\(number)/") {
            do throws(BinaryMapError) { try rows.add(row, word: word) } catch { break }
            number += 1
        }
        guard number == 0 else { return .maps(rows.collection) }
        switch open("\(place.path)/0/" + (place == .firmwareMemmap ? "start" : "phys_addr")) {
        case .contents: return .nothing(reason: "\(place.path)/0 holds no row that can be read")
        case .unreadable(let reason): return .nothing(reason: "\(place.path): \(reason)")
        }
    }

    private func firmwareRow(_ folder: String) -> (MapRow, StaticString)? {
        guard let start = number(folder + "start"), let last = number(folder + "end"), let type = text(folder + "type") else {
            return nil
        }
        let bytes = Array(type.utf8)
        let meaning = TypeWords.e820(Line(bytes.span.rawBytes), 0..<bytes.count)
        var row = MapRow(start: start, last: last, type: meaning.type)
        row.attributes = meaning.attributes
        row.number = meaning.number
        if !meaning.isKnown { row.marks.insert(.unknownWord) }
        return (row, MapWriter.logWord(meaning.number) ?? "")
    }

    private func runtimeRow(_ folder: String) -> (MapRow, StaticString)? {
        guard let start = number(folder + "phys_addr"), let pages = number(folder + "num_pages"),
            let type = number(folder + "type"), type <= UInt32.max, let attributes = number(folder + "attribute")
        else { return nil }
        var row = MapRow(start: start, pages: pages, type: MemoryType(UInt32(type)))
        row.attributes = MemoryAttributes(rawValue: attributes)
        row.marks.insert(.hasAttributes)
        return (row, row.type.name)
    }

    private func iomem() -> Outcome {
        let place = Place.iomem
        switch open("\(place.path)") {
        case .unreadable(let reason): return .nothing(reason: "\(place.path): \(reason)")
        case .contents(let bytes):
            var reader = MapReader()
            do throws(MapReadError) {
                try reader.read(bytes.span)
                let maps = try reader.finish()
                guard maps.rowCount > 0 else { return .nothing(reason: "\(place.path) lists nothing") }
                let isHidden = maps.maps.allSatisfy { $0.rows.allSatisfy { $0.start.rawValue == 0 && $0.last.rawValue == 0 } }
                return isHidden
                    ? .nothing(reason: "\(place.path) shows its addresses only to root (CAP_SYS_ADMIN)") : .maps(maps)
            } catch {
                return .nothing(reason: "\(place.path) is no list of addresses")
            }
        }
    }

    private func deviceTree() -> Outcome {
        let place = Place.deviceTree
        switch open("\(place.path)") {
        case .unreadable(let reason): return .nothing(reason: "\(place.path): \(reason)")
        case .contents(let bytes):
            do throws(BinaryMapError) {
                return .maps(try BinaryMapReader(format: .deviceTree).read(bytes.span).collection)
            } catch {
                return .nothing(reason: "\(place.path): \(error.explanation)")
            }
        }
    }

    private func text(_ path: String) -> String? {
        guard case .contents(let bytes) = open(path) else { return nil }
        let text = String(decoding: bytes.prefix(128), as: UTF8.self)
        return String(text.prefix { !$0.isNewline })
    }

    private func number(_ path: String) -> UInt64? {
        guard let text = text(path) else { return nil }
        return text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
    }
}
