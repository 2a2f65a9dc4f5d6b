/// A line of the serial log.
public struct SerialLine: Hashable, Sendable {
    /// Counted from 1.
    public let number: Int

    /// The text that a person reads: escape sequences and control characters taken out, bad UTF-8 replaced. The JSON of
    /// an event is left out of it.
    public let text: String

    /// The event that the line carries, or what is wrong with it; nil for mere text.
    public let event: Result<BootEvent, BootEventError>?

    public init(number: Int, text: String, event: Result<BootEvent, BootEventError>?) {
        self.number = number
        self.text = text
        self.event = event
    }
}
