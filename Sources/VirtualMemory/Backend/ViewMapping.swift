/// What a backend is told of a view: which part of which storage, and with what protection it begins.
public struct ViewMapping: Hashable, Sendable {
    /// The section's storage, as its maker named it.
    public let storage: SectionStorage

    /// Where in the storage the view begins, in bytes.
    public let offset: UInt64

    /// What every page begins with. Pages of an image get theirs afterwards, part by part.
    public let protection: PageProtection

    /// Whether writes go to private copies.
    public let isCopyOnWrite: Bool

    /// Whether pages are inaccessible until they are committed, by a call for this view or another one of the section.
    public let isReserved: Bool

    /// Whether large pages were asked for: addresses, offset and size are multiples of them. A backend without takes others.
    public let prefersLargePages: Bool
}
