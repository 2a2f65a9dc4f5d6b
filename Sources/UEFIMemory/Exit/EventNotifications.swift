/// The events of the groups that the memory services signal, and which of them wait for their notification.
///
/// Signalled events are notified from the highest level down and, within a level, in the order in which they were signalled;
/// those of one group were registered in that order (UEFI 2.10, section 7.1). The room for them is allocated at the beginning:
/// neither registration nor a signal allocates memory, so that both can happen while memory is locked.
///
/// The caller runs the functions, with no access to this value going on: a function may register events, close them (its own
/// and those that wait) and signal others.
public struct EventNotifications: ~Copyable {
    private struct Event {
        let handle: EventHandle
        let group: EventGroup
        let priority: TaskPriority
        let context: UInt64

        /// The number of the signal that it waits for, or nil.
        var signal: UInt64?
    }

    /// How many events there may be.
    public let capacity: Int

    /// In the order of their registration.
    private var events: [Event] = []
    private var handles: UInt64 = 0
    private var signals: UInt64 = 0

    public init(capacity: Int = 256) {
        precondition(capacity >= 0, "a capacity")
        self.capacity = capacity
        events.reserveCapacity(capacity)
    }

    /// How many events are registered.
    public var count: Int { events.count }

    /// Adds an event of a group, which is notified at `priority` whenever the group is signalled.
    ///
    /// - Throws: `.invalidParameter` for a level that is none for notifications, `.outOfResources` where the room is used up.
    /// - Complexity: O(1); allocates nothing.
    public mutating func register(
        _ group: EventGroup, at priority: TaskPriority, context: UInt64 = 0
    ) throws(EventError) -> EventHandle {
        guard priority.isNotificationLevel else { throw .invalidParameter }
        guard events.count < capacity else { throw .outOfResources }
        handles += 1
        let handle = EventHandle(rawValue: handles)
        events.append(Event(handle: handle, group: group, priority: priority, context: context))
        return handle
    }

    /// Takes an event out, also where it waits for its notification.
    ///
    /// - Throws: `.invalidParameter` where there is no such event, or no longer.
    /// - Complexity: O(*n*) for *n* events.
    public mutating func close(_ handle: EventHandle) throws(EventError) {
        guard let index = events.firstIndex(where: { $0.handle == handle }) else { throw .invalidParameter }
        events.remove(at: index)
    }

    /// Makes all events of a group wait for their notification; those that wait already stay where they are.
    ///
    /// - Complexity: O(*n*) for *n* events; allocates nothing.
    public mutating func signal(_ group: EventGroup) {
        for index in events.indices where events[index].group == group && events[index].signal == nil {
            events[index].signal = signals
            signals += 1
        }
    }

    /// The notification whose turn it is, which no longer waits then; nil where none waits.
    ///
    /// - Complexity: O(*n*) for *n* events; allocates nothing.
    public mutating func next() -> EventNotification? {
        var first: (index: Int, priority: TaskPriority, signal: UInt64)?
        for (index, event) in events.enumerated() {
            guard let signal = event.signal else { continue }
            if let first, first.priority > event.priority || first.priority == event.priority && first.signal < signal {
                continue
            }
            first = (index, event.priority, signal)
        }
        guard let index = first?.index else { return nil }
        events[index].signal = nil
        let event = events[index]
        return EventNotification(event: event.handle, group: event.group, priority: event.priority, context: event.context)
    }
}
