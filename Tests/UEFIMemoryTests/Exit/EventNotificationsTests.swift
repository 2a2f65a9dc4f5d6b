import Testing

@testable import UEFIMemory

@Suite("Event notifications")
struct EventNotificationsTests {
    private func contexts(_ events: inout EventNotifications) -> [UInt64] {
        var order: [UInt64] = []
        while let notification = events.next() { order.append(notification.context) }
        return order
    }

    @Test func `higher levels come first, and a level keeps the order of registration`() throws {
        var events = EventNotifications()
        for (context, priority) in [(1, .callback), (2, .notify), (3, .callback), (4, .notify), (5, TaskPriority(rawValue: 12))]
            as [(UInt64, TaskPriority)]
        {
            _ = try events.register(.exitBootServices, at: priority, context: context)
        }
        _ = try events.register(.virtualAddressChange, at: .notify, context: 9)
        #expect(contexts(&events) == [])
        events.signal(.exitBootServices)
        #expect(contexts(&events) == [2, 4, 5, 1, 3])
        events.signal(.exitBootServices)
        events.signal(.exitBootServices)
        #expect(contexts(&events) == [2, 4, 5, 1, 3])
        events.signal(.virtualAddressChange)
        #expect(contexts(&events) == [9])
    }

    @Test func `within a level the earlier signal goes first`() throws {
        var events = EventNotifications()
        _ = try events.register(.exitBootServices, at: .callback, context: 1)
        _ = try events.register(.beforeExitBootServices, at: .callback, context: 2)
        _ = try events.register(.exitBootServices, at: .notify, context: 3)
        events.signal(.beforeExitBootServices)
        events.signal(.exitBootServices)
        #expect(contexts(&events) == [3, 2, 1])
        // An event that waits already keeps its turn.
        events.signal(.exitBootServices)
        events.signal(.beforeExitBootServices)
        events.signal(.exitBootServices)
        #expect(contexts(&events) == [3, 1, 2])
    }

    @Test func `functions may close and register while others wait`() throws {
        var events = EventNotifications()
        let first = try events.register(.exitBootServices, at: .notify, context: 1)
        let second = try events.register(.exitBootServices, at: .notify, context: 2)
        _ = try events.register(.exitBootServices, at: .callback, context: 3)
        events.signal(.exitBootServices)
        let next = events.next()
        #expect(next?.event == first && next?.priority == .notify && next?.group == .exitBootServices)
        try events.close(first)
        try events.close(second)
        // Registered after the signal: waits for the next one.
        _ = try events.register(.exitBootServices, at: .notify, context: 4)
        #expect(contexts(&events) == [3])
        events.signal(.exitBootServices)
        #expect(contexts(&events) == [4, 3])
    }

    @Test func `what is wrong is refused`() throws {
        var events = EventNotifications(capacity: 2)
        for priority in [0, 4, 31, 32, .max] as [UInt] {
            #expect(
                error { () throws(EventError) in try events.register(.exitBootServices, at: TaskPriority(rawValue: priority)) }
                    == .invalidParameter)
        }
        let first = try events.register(.exitBootServices, at: TaskPriority(rawValue: 5))
        _ = try events.register(.exitBootServices, at: TaskPriority(rawValue: 30))
        #expect(error { () throws(EventError) in try events.register(.exitBootServices, at: .notify) } == .outOfResources)
        try events.close(first)
        do throws(EventError) {
            try events.close(first)
            Issue.record("an event is closed once")
        } catch { #expect(error == .invalidParameter) }
        // The room is free again, and the old handle does not name the new event.
        let third = try events.register(.exitBootServices, at: .notify)
        #expect(third != first)
        let count = events.count
        #expect(count == 2)
    }

    private func error(_ body: () throws(EventError) -> EventHandle) -> EventError? {
        do throws(EventError) {
            _ = try body()
            return nil
        } catch { return error }
    }
}
