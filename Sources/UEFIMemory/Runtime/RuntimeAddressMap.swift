public import MemoryMap

/// What the runtime services know of the final memory map: which addresses it describes, and which of them they need.
///
/// It is captured when boot services end, in room that was allocated before, because later there is nobody to ask for memory.
/// Regions that touch are one stretch, whatever their types.
public struct RuntimeAddressMap {
    /// The stretches that the map describes.
    private(set) var described: AddressStretches

    /// The stretches that need a virtual address: the rows with the RUNTIME attribute.
    private(set) var runtime: AddressStretches

    /// - Parameter capacity: how many separate stretches of memory there may be.
    public init(capacity: Int = 1024) {
        precondition(capacity >= 0, "a capacity")
        described = AddressStretches(capacity: capacity)
        runtime = AddressStretches(capacity: capacity)
    }

    /// Takes the stretches out of the map that boot services end with, in place of those that it has.
    ///
    /// - Returns: False where there are more of them than the capacity; none is known then.
    /// - Complexity: O(*n* log *s*) for *n* rows in the order of their addresses that make *s* stretches, O(*n* *s*) in any other;
    ///   allocates nothing.
    public mutating func capture(_ map: borrowing MemoryMapView) -> Bool {
        described.removeAll()
        runtime.removeAll()
        for index in 0..<map.count {
            let row = map[index]
            guard let range = row.range, described.insert(range), !row.attributes.contains(.runtime) || runtime.insert(range)
            else {
                described.removeAll()
                runtime.removeAll()
                return false
            }
        }
        return true
    }
}
