/// Whose layout a plan follows.
public enum LayoutProfile: UInt8, Hashable, Sendable, CaseIterable {
    /// The tables that crosvm's documentation gave in February 2024, row for row.
    case crosvmSeed

    /// What crosvm's code of August 2026 does.
    case crosvm

    /// The name by which the command line knows the profile.
    public var name: StaticString {
        switch self {
        case .crosvmSeed: "crosvm-seed"
        case .crosvm: "crosvm"
        }
    }
}
