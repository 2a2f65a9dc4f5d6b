import MapFormats
import MemoryMap
public import MemoryReport

extension ByteBuffer {
    /// Writes the figures of a map as JSON, an object for the map under its own policy, one for each type and one for each policy.
    public mutating func writeSummary(_ map: AnalyzedMap, number: Int) {
        let summary = map.summary
        writeJSONLine { line in
            line.number("summary", number)
            line.string("policy", summary.policy.name)
            line.number("rows", summary.rowCount)
            line.number("ramBytes", summary.ram)
            line.number("usableNowBytes", summary.usableNow)
            line.number("usableAfterExitBytes", summary.usableAfterExit)
            line.number("keptByFirmwareBytes", summary.keptByFirmware)
            line.number("softReservedBytes", summary.softReserved)
            line.number("persistentBytes", summary.persistent)
            line.number("unacceptedBytes", summary.unaccepted)
            line.number("mmioRegions", summary.memoryMappedIORegions)
            line.number("overlappingRows", summary.overlappingRows)
            line.number("outOfOrderRows", summary.outOfOrderRows)
            line.hexadecimal("largestUsableNowStart", summary.largestUsableNow?.start)
            line.number("largestUsableNowBytes", summary.largestUsableNow?.size ?? 0)
            line.hexadecimal("largestUsableAfterExitStart", summary.largestUsableAfterExit?.start)
            line.number("largestUsableAfterExitBytes", summary.largestUsableAfterExit?.size ?? 0)
            line.array("usableAfterExitByPolicy") { line in
                for one in map.summariesByPolicy {
                    line.object("") {
                        $0.string("policy", one.policy.name)
                        $0.number("bytes", one.usableAfterExit)
                    }
                }
            }
            line.array("types") { line in
                for total in summary.byType {
                    line.object("") {
                        $0.number("type", UInt64(total.type.rawValue))
                        $0.string("name", total.type.name)
                        $0.number("rows", total.rows)
                        $0.number("regions", total.regions)
                        $0.number("bytes", total.bytes)
                    }
                }
            }
            line.array("holes") { line in
                for hole in summary.holes {
                    line.object("") {
                        $0.hexadecimal("start", hole.start)
                        $0.hexadecimal("last", hole.last)
                    }
                }
            }
        }
    }
}
