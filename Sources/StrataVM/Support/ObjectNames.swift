/// The names of objects of one kind. A name lasts as long as a handle of its object.
final class ObjectNames<Object: AnyObject & Sendable>: Sendable {
    private final class Entry: Sendable {
        weak let object: Object?
        init(_ object: Object) { self.object = object }
    }

    private let names = Table<[[UInt16]: Entry]>([:])

    func find(_ key: [UInt16]) -> Object? { names.withLock { $0[key]?.object } }

    /// The object of a name, made where there is none: of the threads that ask at once, one makes it.
    func obtain(
        _ key: [UInt16], orMake make: () throws(Status) -> Object
    ) throws(Status) -> (object: Object, exists: Bool) {
        try names.withLock { names throws(Status) in
            if let object = names[key]?.object { return (object, true) }
            let object = try make()
            names[key] = Entry(object)
            // Names whose objects are gone go when there are many.
            if names.count > 64 { names = names.filter { $0.value.object != nil } }
            return (object, false)
        }
    }
}

/// A name without the directory of a session, all of which are one here; nil where it has other backslashes.
func objectKey(_ name: [UInt16]) -> [UInt16]? {
    var rest = name[...]
    for prefix in ["Local\\", "Global\\", "\\BaseNamedObjects\\", "\\Sessions\\1\\BaseNamedObjects\\"]
    where rest.starts(with: Array(prefix.utf16)) {
        rest = rest.dropFirst(prefix.utf16.count)
        break
    }
    return rest.isEmpty || rest.contains(0x5C) ? nil : Array(rest)
}
