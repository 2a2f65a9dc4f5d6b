import MemoryMap
import SystemPackage
import Testing
import VirtualMemory

@testable import HostVirtualMemory

#if canImport(Glibc)
    import Glibc
#endif

extension HostProcessTests {
    @Suite struct WorkingSetTests {
        private static let page: UInt64 = 0x1000

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
            // A kernel may give large pages unasked, and with them neighbours of what is touched.
            _ = unsafe madvise(memory, Int(count * Self.page), MADV_NOHUGEPAGE)
            let table = try FileDescriptor.open(FilePath("/proc/self/pagemap"), .readOnly)
            defer { try? table.close() }
            func found(_ descriptor: Int32) -> [UInt64] {
                var found: [UInt64] = []
                HostMemory.residentPages(in: range, descriptor) { run in
                    found += (run.start.rawValue / Self.page...run.last.rawValue / Self.page).map {
                        $0 - range.start.rawValue / Self.page
                    }
                }
                return found
            }
            var listed: [PagesInMemory] = []
            // A page that the kernel is moving, or had to take, is in no page table at that moment.
            let agrees = (0..<10).contains { _ in
                for page in touched { unsafe memory[Int(page * Self.page)] = 1 }
                listed = process.pagesInMemory().filter { range.contains($0.range.start) }
                let size = listed.reduce(0) { $0 + ($1.range.last.rawValue - $1.range.start.rawValue + 1) }
                return found(table.rawValue) == touched.sorted() && found(-1) == touched.sorted()
                    && size == UInt64(touched.count) * Self.page
            }
            #expect(agrees)
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
            let hasPlace = (0..<10).contains { _ in
                local += 1
                return HostProcess.current.pagesInMemory().contains {
                    $0.range.contains(place) && $0.protection == .readWrite && !$0.isShared
                }
            }
            #expect(hasPlace)
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
}
