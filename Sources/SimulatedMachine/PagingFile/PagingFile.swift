public import PageReplacement
import SystemPackage

/// Pages that left RAM, in slots of 4 KiB of a device; each comes back exactly as it went, or not at all.
///
/// A digest of every page stays in memory, so that a torn write or a damaged device is an error and never wrong data. A page that
/// is written again goes to another slot first: until the new contents are on the device, the old ones are.
public final class PagingFile<Device: PagingDevice> {
    /// The bytes of a page and of a slot.
    public static var pageSize: Int { 4_096 }

    /// How many pages the file can hold.
    public let slots: Int

    private let device: Device
    private var entries: [UInt32: Entry] = [:]
    private var freeSlots: [Int] = []
    private var fresh = 0

    private struct Entry {
        var slot: Int
        var digest: PageDigest
    }

    /// An empty paging file of `slots` slots.
    ///
    /// - Precondition: There is a slot.
    public init(on device: Device, slots: Int) {
        precondition(slots > 0, "a paging file has a slot")
        self.device = device
        self.slots = slots
    }

    /// How many pages it holds.
    public var count: Int { entries.count }

    /// Whether it holds the page.
    public func holds(_ page: PageIndex) -> Bool { entries[page.rawValue] != nil }

    /// Writes a page; on failure the file holds what it held before.
    ///
    /// - Precondition: `contents` is a page long.
    /// - Throws: `full`, `writeFailed`.
    public func write(_ contents: [UInt8], for page: PageIndex) throws(PagingFileError) {
        precondition(contents.count == Self.pageSize, "a slot holds a page")
        let old = entries[page.rawValue]
        // With no second slot left, the old one is overwritten: the contents are still in RAM if that fails.
        guard let slot = takeSlot() ?? old?.slot else { throw .full(slots: slots) }
        let offset = Self.offset(of: slot)
        do throws(Errno) {
            try device.write(contents, at: offset)
        } catch {
            if slot != old?.slot { freeSlots.append(slot) } else { entries[page.rawValue] = nil; freeSlots.append(slot) }
            throw .writeFailed(page, offset: offset, error)
        }
        if let old, old.slot != slot { freeSlots.append(old.slot) }
        entries[page.rawValue] = Entry(slot: slot, digest: PageDigest(contents))
    }

    /// Reads a page back; the file goes on holding it.
    ///
    /// - Throws: `absent`, `readFailed`, `damaged`.
    public func read(_ page: PageIndex) throws(PagingFileError) -> [UInt8] {
        guard let entry = entries[page.rawValue] else { throw .absent(page) }
        let offset = Self.offset(of: entry.slot)
        let contents: [UInt8]
        do throws(Errno) {
            contents = try device.read(Self.pageSize, at: offset)
        } catch {
            throw .readFailed(page, offset: offset, error)
        }
        guard contents.count == Self.pageSize, PageDigest(contents) == entry.digest else {
            throw .damaged(page, offset: offset)
        }
        return contents
    }

    /// Forgets a page and frees its slot.
    public func discard(_ page: PageIndex) {
        guard let entry = entries.removeValue(forKey: page.rawValue) else { return }
        freeSlots.append(entry.slot)
    }

    private func takeSlot() -> Int? {
        if let slot = freeSlots.popLast() { return slot }
        guard fresh < slots else { return nil }
        defer { fresh += 1 }
        return fresh
    }

    private static func offset(of slot: Int) -> Int64 { Int64(slot) * Int64(pageSize) }
}
