import MemoryMap

extension TextSink where Self: ~Copyable {
    /// Writes the events `map` and `mapData`: a raw table whether it is sound or not, so that others can check it.
    public mutating func writeMapEvents(
        _ bytes: RawSpan, descriptorSize: Int, descriptorVersion: UInt32, from source: EventSource
    ) {
        writeEvent("map", from: source) { line in
            line.number("descriptorSize", descriptorSize)
            line.number("descriptorVersion", UInt64(descriptorVersion))
            line.number("byteCount", bytes.byteCount)
        }
        var offset = 0
        while offset < bytes.byteCount {
            let count = min(EventProtocol.mapDataByteCount, bytes.byteCount - offset)
            writeEvent("mapData", from: source) { line in
                line.number("offset", offset)
                line.hexadecimal("hex", bytes: bytes.extracting(offset..<offset + count))
            }
            offset += count
        }
    }

    /// Writes the events `map` and `mapData` for a table that lies in bytes with a type, as those of an array do.
    public mutating func writeMapEvents(
        _ bytes: Span<UInt8>, descriptorSize: Int, descriptorVersion: UInt32, from source: EventSource
    ) {
        writeMapEvents(bytes.rawBytes, descriptorSize: descriptorSize, descriptorVersion: descriptorVersion, from: source)
    }

    /// Writes the event `summary`. All amounts are numbers of 4 KiB pages.
    public mutating func writeSummaryEvent(_ summary: MemoryMapSummary, from source: EventSource) {
        writeEvent("summary", from: source) { $0.members(of: summary) }
    }

    /// Writes an event `type` for each type that occurs.
    public mutating func writeTypeEvents(_ summary: MemoryMapSummary, from source: EventSource) {
        for total in summary.byType {
            writeEvent("type", from: source) { $0.members(of: total) }
        }
    }

    /// Writes an event `region` for each region.
    public mutating func writeRegionEvents(_ map: PhysicalMemoryMap, from source: EventSource) {
        for region in map.regions {
            writeEvent("region", from: source) { $0.members(of: region) }
        }
    }
}

extension JSONLineWriter where Sink: ~Copyable {
    /// Writes a summary's figures as members of the open object.
    public mutating func members(of summary: MemoryMapSummary) {
        string("policy", summary.policy.name)
        number("descriptors", summary.descriptorCount)
        number("regions", summary.regionCount)
        number("ramPages", summary.ram)
        number("usableNowPages", summary.usableNow)
        number("usableAfterExitPages", summary.usableAfterExit)
        number("keptByFirmwarePages", summary.keptByFirmware)
        number("runtimeServicesPages", summary.runtimeServices)
        number("acpiReclaimablePages", summary.acpiReclaimable)
        number("softReservedPages", summary.softReserved)
        number("persistentPages", summary.persistent)
        number("unacceptedPages", summary.unaccepted)
        number("unusablePages", summary.pages(.unusable))
        number("reservedPages", summary.pages(.reserved))
        number("memoryMappedIOPages", summary.pages(.memoryMappedIO))
        number("memoryMappedIORegions", summary.memoryMappedIORegions)
        range("largestUsableNow", summary.largestUsableNow)
        range("largestUsableAfterExit", summary.largestUsableAfterExit)
    }

    /// Writes a type's totals as members of the open object.
    public mutating func members(of total: MemoryMapSummary.TypeTotal) {
        number("type", UInt64(total.type.rawValue))
        string("name", total.type.name)
        number("descriptors", total.descriptors)
        number("regions", total.regions)
        number("pages", total.pages)
    }

    /// Writes a region as members of the open object.
    public mutating func members(of region: MemoryRegion) {
        hexadecimal("start", region.range.start)
        number("pages", region.pages)
        number("type", UInt64(region.type.rawValue))
        string("name", region.type.name)
        hexadecimal("attributes", region.attributes.rawValue)
    }

    /// Writes an object of the first address and the pages, or null.
    public mutating func range(_ key: StaticString, _ range: PhysicalRange?) {
        guard let range else { return null(key) }
        beginObject(key)
        hexadecimal("start", range.start)
        number("pages", range.pages)
        end()
    }
}
