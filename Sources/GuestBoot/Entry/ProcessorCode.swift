import MemoryMap

/// The few x86 instructions of which ``ResetROM`` is made, put one after the other.
///
/// Intel SDM volume 2. Every method says in words what its bytes do.
struct ProcessorCode {
    private(set) var bytes: [UInt8] = []
    private let start: UInt32

    init(at start: UInt32) { self.start = start }

    /// The address of what comes next.
    var here: UInt32 { start + UInt32(bytes.count) }

    mutating func emit64(_ value: UInt64) { bytes.appendLittleEndian(value) }

    /// What LGDT and LIDT take: the offset of the last byte, and the first byte's address. Padded to 8 bytes.
    mutating func emitTableOperand(base: UInt32, byteCount: UInt64) {
        bytes.appendLittleEndian(UInt16(truncatingIfNeeded: byteCount - 1))
        bytes.appendLittleEndian(base)
        bytes.appendZeros(2)
    }

    /// From real mode, with interrupts off, to flat 32-bit code; the table's second entry is the code segment.
    mutating func enterProtectedMode(table: UInt32) {
        bytes += [0xFA, 0xFC]  // cli; cld
        bytes += [0x2E, 0x66, 0x0F, 0x01, 0x16]  // lgdt cs:[offset], with a 32-bit base
        bytes.appendLittleEndian(UInt16(truncatingIfNeeded: table))
        bytes += [0x0F, 0x20, 0xC0]  // mov eax, cr0
        bytes += [0x66, 0x83, 0xC8, 0x01]  // or eax, PE
        bytes += [0x0F, 0x22, 0xC0]  // mov cr0, eax
        bytes += [0x66, 0xEA]  // jmp far to the next instruction, by a 32-bit offset
        bytes.appendLittleEndian(here + 6)
        bytes.appendLittleEndian(0x08 as UInt16)
    }

    /// Sets every data segment register, in 32-bit or in 64-bit code.
    mutating func loadDataSegments(_ selector: UInt16) {
        bytes.append(0xB8)  // mov eax, selector
        bytes.appendLittleEndian(UInt32(selector))
        bytes += [0x8E, 0xD8, 0x8E, 0xC0, 0x8E, 0xD0, 0x8E, 0xE0, 0x8E, 0xE8]  // mov ds, es, ss, fs and gs, ax
    }

    /// Makes a write, in 32-bit code.
    mutating func emit(_ write: ResetROM.Write) {
        switch write {
        case .configuration8(let device, let function, let register, let value):
            select(device, function, register)
            out8(0xCFC + UInt16(register & 3), value)
        case .configuration32(let device, let function, let register, let value):
            select(device, function, register)
            out32(0xCFC, value)
        case .port8(let port, let value): out8(port, value)
        case .modelSpecific(let register, let value):
            bytes.append(0xB9)  // mov ecx, register
            bytes.appendLittleEndian(register)
            bytes.append(0xB8)  // mov eax, low half
            bytes.appendLittleEndian(UInt32(truncatingIfNeeded: value))
            bytes.append(0xBA)  // mov edx, high half
            bytes.appendLittleEndian(UInt32(truncatingIfNeeded: value >> 32))
            bytes += [0x0F, 0x30]  // wrmsr
        }
    }

    /// Turns on 4-level paging, in 32-bit code: the processor is in compatibility mode afterwards.
    mutating func enterLongMode(pageTables: UInt32) {
        bytes += [0x0F, 0x20, 0xE0, 0x83, 0xC8, 0x20, 0x0F, 0x22, 0xE0]  // cr4 |= PAE
        bytes.append(0xB8)  // mov eax, tables
        bytes.appendLittleEndian(pageTables)
        bytes += [0x0F, 0x22, 0xD8]  // mov cr3, eax
        bytes.append(0xB9)  // mov ecx, EFER
        bytes.appendLittleEndian(0xC000_0080 as UInt32)
        bytes += [0x0F, 0x32, 0x0D]  // rdmsr; or eax, LME
        bytes.appendLittleEndian(0x100 as UInt32)
        bytes += [0x0F, 0x30]  // wrmsr
        bytes += [0x0F, 0x20, 0xC0, 0x0D]  // mov eax, cr0; or eax, PG and PE
        bytes.appendLittleEndian(0x8000_0001 as UInt32)
        bytes += [0x0F, 0x22, 0xC0]  // mov cr0, eax
    }

    mutating func loadGlobalTable(at operand: UInt32) {
        bytes += [0x0F, 0x01, 0x15]  // lgdt [operand]
        bytes.appendLittleEndian(operand)
    }

    mutating func loadInterruptTable(at operand: UInt32) {
        bytes += [0x0F, 0x01, 0x1D]  // lidt [operand]
        bytes.appendLittleEndian(operand)
    }

    /// Goes on with the next instruction in another code segment, from 32-bit code.
    mutating func jumpFar(selector: UInt16) {
        bytes.append(0xEA)  // jmp selector:next
        bytes.appendLittleEndian(here + 6)
        bytes.appendLittleEndian(selector)
    }

    mutating func enterKernel32(_ entry: ResetROM.Entry) {
        bytes.append(0xBC)  // mov esp, stack
        bytes.appendLittleEndian(UInt32(truncatingIfNeeded: entry.stack.rawValue))
        bytes.append(0xBE)  // mov esi, zero page
        bytes.appendLittleEndian(UInt32(truncatingIfNeeded: entry.zeroPage.rawValue))
        bytes += [0x31, 0xED, 0x31, 0xFF, 0x31, 0xDB]  // ebp, edi and ebx are zero (boot.rst, 32-bit boot protocol)
        bytes.append(0xB8)  // mov eax, entry
        bytes.appendLittleEndian(UInt32(truncatingIfNeeded: entry.address.rawValue))
        bytes += [0xFF, 0xE0]  // jmp eax
    }

    mutating func enterKernel64(_ entry: ResetROM.Entry) {
        bytes += [0x48, 0xBC]  // mov rsp, stack
        bytes.appendLittleEndian(entry.stack.rawValue)
        bytes += [0x48, 0xBE]  // mov rsi, zero page
        bytes.appendLittleEndian(entry.zeroPage.rawValue)
        bytes += [0x31, 0xED, 0x31, 0xFF, 0x31, 0xDB]  // ebp, edi and ebx are zero
        bytes += [0x48, 0xB8]  // mov rax, entry
        bytes.appendLittleEndian(entry.address.rawValue)
        bytes += [0xFF, 0xE0]  // jmp rax
    }

    /// Puts the address of a configuration word into the address port.
    private mutating func select(_ device: UInt8, _ function: UInt8, _ register: UInt8) {
        out32(0xCF8, 0x8000_0000 | UInt32(device & 31) << 11 | UInt32(function & 7) << 8 | UInt32(register & 0xFC))
    }

    private mutating func out32(_ port: UInt16, _ value: UInt32) {
        bytes.append(0xB8)  // mov eax, value
        bytes.appendLittleEndian(value)
        loadPort(port)
        bytes.append(0xEF)  // out dx, eax
    }

    private mutating func out8(_ port: UInt16, _ value: UInt8) {
        bytes += [0xB0, value]  // mov al, value
        loadPort(port)
        bytes.append(0xEE)  // out dx, al
    }

    private mutating func loadPort(_ port: UInt16) {
        bytes += [0x66, 0xBA]  // mov dx, port
        bytes.appendLittleEndian(port)
    }
}
