/// When the working-set policy ages, trims and writes.
public struct WorkingSetSettings: Equatable, Sendable {
    /// Trimming begins when fewer frames than this are free or on standby.
    public var fewestAvailable: Int
    /// Trimming ends when this many are.
    public var wantedAvailable: Int
    /// The writer runs when more pages than this are modified.
    public var mostModified: Int
    /// References between two aging passes.
    public var agingInterval: Int

    /// The usual settings: an eighth of the frames in reserve before trimming starts and a sixteenth more after it, a quarter
    /// of them modified at most, an aging pass every four references a frame.
    public init(frames: Int) {
        fewestAvailable = frames / 8
        wantedAvailable = frames / 8 + max(1, frames / 16)
        mostModified = frames / 4
        agingInterval = 4 * frames
    }
}
