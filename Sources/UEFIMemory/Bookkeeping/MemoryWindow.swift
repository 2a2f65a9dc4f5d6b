public import MemoryMap

/// Where a program reaches physical memory: a range of physical addresses and the place at which its bytes lie.
///
/// On bare metal that is the identity mapping, in hosted programs a block of their own memory that stands for the machine's.
/// The memory services keep their records only within their window; memory beyond it is given out, and never touched.
@safe
public struct MemoryWindow {
    /// The addresses that can be reached, whole pages.
    public let range: PhysicalRange

    /// What has to be added to a physical address, wrapping.
    private let offset: UInt

    /// Memory that lies elsewhere than its physical addresses say.
    ///
    /// - Parameter start: where the range's first byte lies, at a multiple of the page size.
    /// - Warning: All of the range must be there, writable, and used by nobody but through the services.
    @unsafe
    public init(_ range: PhysicalRange, at start: UnsafeMutableRawPointer) {
        precondition(range.isPageAligned, "a window of whole pages")
        precondition(UInt(bitPattern: start) % UInt(PageCount.pageSize) == 0, "pages that begin at pages")
        self.range = range
        offset = UInt(bitPattern: start) &- UInt(range.start.rawValue)
    }

    /// Memory that is mapped at its own addresses.
    ///
    /// - Warning: All of the range that becomes the services' memory must be mapped, writable, and used by nobody else.
    @unsafe
    public init(identity range: PhysicalRange) {
        precondition(range.isPageAligned, "a window of whole pages")
        self.range = range
        offset = 0
    }

    /// The bytes at a page's address.
    ///
    /// - Precondition: the page lies inside the window, and not at address 0.
    @unsafe
    func pointer(toPage page: UInt64) -> UnsafeMutableRawPointer {
        unsafe pointer(to: PhysicalAddress(page &* PageCount.pageSize))
    }

    /// The bytes at an address.
    @unsafe
    func pointer(to address: PhysicalAddress) -> UnsafeMutableRawPointer {
        guard let pointer = unsafe UnsafeMutableRawPointer(bitPattern: UInt(address.rawValue) &+ offset) else {
            preconditionFailure("memory that lies at no null pointer")
        }
        return unsafe pointer
    }

    /// The page that holds a record.
    func page(of pointer: UnsafeMutableRawPointer) -> UInt64 {
        UInt64(UInt(bitPattern: pointer) &- offset) / PageCount.pageSize
    }

    /// Makes bytes zero.
    func zero(_ address: PhysicalAddress, byteCount: UInt64) {
        guard let part = PhysicalRange(start: address, byteCount: byteCount) else { return }
        precondition(range.contains(part), "memory inside the window")
        // Inside the window, so the bytes are there.
        unsafe pointer(to: address).initializeMemory(as: UInt8.self, repeating: 0, count: Int(byteCount))
    }

    /// Copies bytes to a place that shares none with theirs.
    func copy(from source: PhysicalAddress, to destination: PhysicalAddress, byteCount: UInt64) {
        guard let from = PhysicalRange(start: source, byteCount: byteCount),
            let to = PhysicalRange(start: destination, byteCount: byteCount)
        else { return }
        precondition(range.contains(from) && range.contains(to), "memory inside the window")
        // Inside the window, so the bytes are there.
        unsafe pointer(to: destination).copyMemory(from: pointer(to: source), byteCount: Int(byteCount))
    }
}
