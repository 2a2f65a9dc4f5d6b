/// What a program tries to do with a byte.
public enum AccessKind: Hashable, Sendable, CaseIterable {
    case read
    case write
    case execute
}

/// What an access comes to.
public enum AccessOutcome: Hashable, Sendable {
    /// It goes through.
    case ready

    /// It goes through once the page has got its storage of zeros: the first access to private memory.
    case demandZero

    /// It goes through once the page has been read from its section: the first access to a view.
    case demandRead

    /// It goes through once the page has a private copy: a write to a view with copies on write.
    case copyOnWrite

    /// The program is told that a guard page was touched, which is none any more.
    case guardViolation

    /// The program is told that it may not do that.
    case accessViolation
}
