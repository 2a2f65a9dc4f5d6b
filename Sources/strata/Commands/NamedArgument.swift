public import ArgumentParser

/// A choice that arguments name as the library does.
public protocol NamedArgument: ExpressibleByArgument, CaseIterable {
    /// The name, one for each case.
    var name: StaticString { get }
}

// As constrained as the parser's own defaults for enumerations with numbers behind them, which it would prefer otherwise.
extension NamedArgument where Self: RawRepresentable, RawValue: ExpressibleByArgument {
    public init?(argument: String) {
        guard let choice = Self.allCases.first(where: { "\($0.name)" == argument }) else { return nil }
        self = choice
    }

    public static var allValueStrings: [String] { allCases.map { "\($0.name)" } }
}
