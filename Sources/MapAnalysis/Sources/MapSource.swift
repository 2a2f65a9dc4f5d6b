public import MapFormats

/// What was read from one place: the maps, and the name by which people know the place.
public struct MapSource: Sendable {
    /// The path as it was given, "-" for the standard input, or what describes a live source.
    public let name: String

    public let collection: MapCollection

    /// What had to be decided to read it ("descriptors of 48 bytes"), and what was passed over; for people.
    public let notes: [String]

    public init(name: String, collection: MapCollection, notes: [String] = []) {
        (self.name, self.collection, self.notes) = (name, collection, notes)
    }
}
