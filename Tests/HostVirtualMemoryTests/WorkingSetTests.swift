import MemoryMap
import SystemPackage
import Testing
import VirtualMemory

@testable import HostVirtualMemory

@Suite struct WorkingSetTests {
    private static let page: UInt64 = 0x1000

    @Test func limitsAreCheckedBeforeTheyAreSet() throws {
        let machine = 1_000_000 * Self.page
        var limits = WorkingSetLimits()
        #expect(limits.minimum == 50 * Self.page && limits.maximum == 345 * Self.page && limits.flags.rawValue == 0xA)
        #expect(try limits.set(minimum: 100 * Self.page, maximum: 200 * Self.page, .hardMinimum, available: machine))
        #expect(limits.lockable == 92 * Self.page && limits.flags == [.hardMinimum, .softMaximum])
        let before = limits
        for bits in 0...UInt32(0x1F) {
            let flags = WorkingSetLimits.Flags(rawValue: bits)
            guard bits & 3 == 3 || bits & 12 == 12 || bits > 0xF else { continue }
            #expect(throws: WorkingSetLimitError.flags) {
                try limits.set(minimum: 60 * Self.page, maximum: 70 * Self.page, flags, available: machine)
            }
        }
        for (minimum, maximum) in [(101, 100), (12, 12), (UInt64.max >> 12, 100)] as [(UInt64, UInt64)] {
            #expect(throws: WorkingSetLimitError.range) {
                try limits.set(minimum: minimum * Self.page, maximum: maximum * Self.page, [], available: machine)
            }
        }
        #expect(throws: WorkingSetLimitError.tooLarge) {
            try limits.set(minimum: machine + Self.page, maximum: .max, [], available: machine)
        }
        #expect(limits == before)
        // What is not all possible becomes what is.
        #expect(try !limits.set(minimum: 1, maximum: 13 * Self.page, [], available: machine))
        #expect(limits.minimum == 20 * Self.page && limits.maximum == 20 * Self.page && limits.isMinimumHard)
        #expect(try !limits.set(minimum: 30 * Self.page, maximum: .max, .softMinimum, available: machine))
        #expect(limits.minimum == 30 * Self.page && limits.maximum == machine && !limits.isMinimumHard)
        // Even where the machine has next to nothing.
        #expect(try !limits.set(minimum: 0, maximum: .max, [], available: 0))
        #expect(limits.minimum == limits.maximum && limits.lockable == 12 * Self.page)
    }

    /// What is in memory, by the page tables and by the system's count of pages: the same for memory of no file.
    @Test func bothWaysFindTheSamePages() throws {
        let count: UInt64 = 9000
        let process = HostProcess.current
        let range = try process.allocate(
            AllocationRequest(byteCount: count * Self.page, type: [.reserve, .commit], protection: .readWrite))
        defer { _ = try? process.free(range.start, byteCount: 0, .release) }
        let memory = try unsafe #require(unsafe UnsafeMutablePointer<UInt8>(bitPattern: UInt(range.start.rawValue)))
        // More runs than are asked for at once, and one that crosses what is asked about at once.
        var touched: Set<UInt64> = Set(stride(from: 0, to: 600, by: 3))
        touched.formUnion(4000..<4200)
        touched.insert(count - 1)
        for page in touched { unsafe memory[Int(page * Self.page)] = 1 }
        let table = try FileDescriptor.open(FilePath("/proc/self/pagemap"), .readOnly)
        defer { try? table.close() }
        let ways = [table.rawValue, -1].map { descriptor in
            var found: [UInt64] = []
            HostMemory.residentPages(in: range, descriptor) { run in
                found += (run.start.rawValue / Self.page...run.last.rawValue / Self.page).map {
                    $0 - range.start.rawValue / Self.page
                }
            }
            return found
        }
        #expect(ways[0] == ways[1])
        // A kernel that gives large pages unasked has neighbours of what was touched in memory too.
        let given = String(decoding: KernelFile.bytes("/sys/kernel/mm/transparent_hugepage/enabled"), as: UTF8.self)
        if given.contains("[always]") {
            #expect(touched.isSubset(of: ways[0]) && ways[0].count < Int(count))
        } else {
            #expect(ways[0] == touched.sorted())
        }
        let listed = process.pagesInMemory().filter { range.contains($0.range.start) }
        #expect(
            listed.reduce(0) { $0 + ($1.range.last.rawValue - $1.range.start.rawValue + 1) } == UInt64(ways[0].count) * Self.page)
        #expect(listed.allSatisfy { $0.protection == .readWrite && !$0.isShared })
        process.emptyWorkingSet()
        for page in touched {
            let value = unsafe memory[Int(page * Self.page)]
            #expect(value == 1)
        }
    }

    /// The list is ascending, and has pages of the rest of the program.
    @Test func listsTheWholeProgram() throws {
        let list = HostProcess.current.pagesInMemory()
        for (one, next) in zip(list, list.dropFirst()) { #expect(one.range.last < next.range.start) }
        var local = 1
        let place = unsafe withUnsafeMutablePointer(to: &local) { VirtualAddress(UInt64(UInt(bitPattern: $0))) }
        #expect(list.contains { $0.range.contains(place) && $0.protection == .readWrite && !$0.isShared })
        #expect(list.contains { $0.isShared && $0.protection == .executeRead })
        #expect(HostProcess.current.pageState(place).isValid && HostProcess.current.pageState(place).protection == .readWrite)
    }

    @Test func namesTheFilesOfTheProgram() throws {
        let code = try #require(MappedRange.all().first { $0.isFile && $0.access.contains(.execute) })
        let name = try #require(HostProcess.current.fileName(at: code.range.start) { _ in nil })
        #expect(name.hasPrefix("/") && !name.hasSuffix(" (deleted)"))
        #expect(MappedRange.path(at: VirtualAddress(0x10)) == nil)
        #expect(HostProcess.current.fileName(at: VirtualAddress(.max)) { _ in "/nothing" } == nil)
    }
}
