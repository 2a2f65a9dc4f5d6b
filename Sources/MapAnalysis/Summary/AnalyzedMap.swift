public import MapFormats
public import MemoryMap

/// A map with all that is computed of it: resolved, counted, and as whole pages for pictures.
public struct AnalyzedMap: Sendable {
    public let source: MapSource
    public let listed: ListedMap
    public let resolved: ResolvedMap

    /// The figures under `ListedMapSummary.policy`.
    public let summary: ListedMapSummary

    /// Analyzes one of the maps of `source`.
    ///
    /// - Parameter policy: the rule by which memory is taken over; nil for that of the system that printed the map.
    /// - Complexity: O(*n* log *n*) for *n* rows.
    public init(_ listed: ListedMap, of source: MapSource, policy: HandoffPolicy? = nil) {
        self.source = source
        self.listed = listed
        resolved = ResolvedMap(listed)
        summary = ListedMapSummary(listed, resolved: resolved, policy: policy ?? listed.defaultPolicy)
    }

    /// "dmesg.txt: linux-e820 BIOS-e820": the source, the kind and the label.
    public var title: String {
        "\(source.name): \(listed.kind.name)" + (listed.label.isEmpty ? "" : " \(listed.label)")
            + (listed.boot > 0 ? ", boot \(listed.boot + 1)" : "")
    }

    /// The figures under every policy, the map's own first.
    public var summariesByPolicy: [ListedMapSummary] {
        [summary]
            + HandoffPolicy.allCases.filter { $0 != summary.policy }.map {
                ListedMapSummary(listed, resolved: resolved, policy: $0)
            }
    }

    /// The attributes that occur, with the bytes that have them, the rarest combination last.
    public var byAttributes: [(attributes: MemoryAttributes, regions: Int, bytes: UInt128)] {
        var totals: [MemoryAttributes: (Int, UInt128)] = [:]
        for region in resolved.regions {
            let (count, bytes) = totals[region.attributes] ?? (0, 0)
            totals[region.attributes] = (count + 1, bytes + region.range.size)
        }
        return totals.map { ($0.key, $0.value.0, $0.value.1) }
            .sorted { ($1.2, $0.0.rawValue) < ($0.2, $1.0.rawValue) }
    }
}

extension MapSource {
    /// The maps of the source, analyzed, in their order.
    ///
    /// - Parameter all: whether lists beside a map count too, which describe only a part of the memory.
    public func analyzed(policy: HandoffPolicy? = nil, all: Bool = true) -> [AnalyzedMap] {
        collection.maps.filter { all || !$0.kind.isAuxiliary }.map { AnalyzedMap($0, of: self, policy: policy) }
    }
}
