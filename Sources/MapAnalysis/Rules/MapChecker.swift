import MapFormats
public import MemoryMap

/// Checks maps against all rules.
public struct MapChecker: Sendable {
    /// The rules in the order in which they are documented.
    public static let rules: [any MapRule] = [
        ZeroPagesRule(), WrapRule(), OverlapRule(), OrderRule(), AlignmentRule(), RuntimeGranuleRule(), MissingRuntimeRule(),
        StrayRuntimeRule(), WritableExecutableRule(), CachingRule(), LateTablesRule(), DisagreementRule(),
        ConfigurationSpaceRule(), DeviceMemoryRule(), BusWindowRule(), AddressWidthRule(), SpecialMemoryRule(), HotPlugRule(),
        FragmentationRule(), ChangedMapRule(), LowMemoryRule(), UnknownTypeRule(), DeviceTreeRule(), AppleRule(),
        CapabilityRule(),
    ]

    /// The rules that are not applied, by their identifiers.
    public var excluded: Set<String> = []

    /// Whether the sources are about the same boot of the same machine, so that one is checked against the other.
    public var isOneMachine = false

    public init() {}

    /// What was found: errors first, then by place.
    public func check(_ sources: [MapSource], policy: HandoffPolicy? = nil) -> [Finding] {
        var findings = FindingList()
        let machines = CheckedMachine.machines(in: sources, together: isOneMachine, policy: policy)
        for rule in Self.rules where !excluded.contains("\(rule.id)") {
            findings.begin(rule)
            for machine in machines { rule.check(machine, &findings) }
            if rule is ChangedMapRule { compareBoots(machines, &findings) }
        }
        var all = findings.findings
        for (rule, count) in findings.dropped {
            all.append(
                Finding(rule: rule, severity: .note, message: "\(count) more findings of this rule are left out", places: []))
        }
        return all.enumerated().sorted { left, right in
            left.element.severity != right.element.severity
                ? left.element.severity > right.element.severity : left.offset < right.offset
        }.map(\.element)
    }

    /// Compares each boot with the one before it in the same source.
    private func compareBoots(_ machines: [CheckedMachine], _ findings: inout FindingList) {
        for (before, after) in zip(machines, machines.dropFirst()) {
            for map in after.wholeMaps where map.listed.kind.isUEFI || map.listed.kind.isE820 {
                let previous = before.wholeMaps.first {
                    $0.source.name == map.source.name && $0.listed.kind == map.listed.kind && $0.listed.label == map.listed.label
                }
                if let previous { ChangedMapRule.compare(previous, map, ofBoots: true, &findings) }
            }
        }
    }
}
