import CStrataVM

/// A call that the libraries export: its name, and where it is.
struct LibraryCall {
    let name: [UInt8]
    let address: UInt64

    /// All calls of this library, in the order of their names.
    static let all: [LibraryCall] = {
        var calls: [LibraryCall] = []
        // The array outlives the walk, which keeps nothing; the names are the loader's.
        unsafe withUnsafeMutablePointer(to: &calls) { pointer in
            unsafe strata_vm_for_each_call(
                { context, name, address in
                    guard let calls = unsafe context?.assumingMemoryBound(to: [LibraryCall].self), let name = unsafe name else {
                        return
                    }
                    unsafe calls.pointee.append(LibraryCall(name: Array(String(cString: name).utf8), address: UInt64(address)))
                }, pointer)
        }
        return calls.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }()

    /// How much of an image's code a call has.
    static let entrySize = 32

    /// The code that goes on to the call. It is the same wherever it lies: a copy of it works as well.
    var entry: [UInt8] {
        let target = (0..<8).map { UInt8(truncatingIfNeeded: address >> (8 * UInt64($0))) }
        #if arch(x86_64)
            // endbr64; movabs $target, %r11; jmp *%r11
            let code = [0xF3, 0x0F, 0x1E, 0xFA, 0x49, 0xBB] + target + [0x41, 0xFF, 0xE3]
        #else
            // bti c; ldr x16, target; br x16; target
            let code = [0x5F, 0x24, 0x03, 0xD5, 0x50, 0x00, 0x00, 0x58, 0x00, 0x02, 0x1F, 0xD6] + target
        #endif
        // What is executed behind it by mistake stops.
        return code + [UInt8](repeating: 0xCC, count: Self.entrySize - code.count)
    }
}
