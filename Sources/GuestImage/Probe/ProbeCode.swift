/// The machine code of the probe: system calls and one loop over the table of files.
///
/// The table has three words a file: the address of the path, the address of a text to write before it, and the text's length.
/// A path at zero ends it.
enum ProbeCode {
    // The kernel's messages off the console, so that none comes into the text of a file; `reboot` needs both magic numbers.
    private static let consoleOff: UInt64 = 6
    private static let drain: UInt64 = 0x5409
    private static let magic: [UInt64] = [0xFEE1_DEAD, 672_274_793, 0x4321_FEDC]

    static func x86_64(_ strings: ProbeStrings, table: UInt64, buffer: UInt64) -> [UInt8] {
        var code = X86Program()
        code.call(103, [consoleOff, 0, 0])  // syslog
        code.call(165, [strings.proc, strings.procFolder, strings.proc, 0, 0])  // mount
        code.call(165, [strings.sys, strings.sysFolder, strings.sys, 0, 0])
        code.bytes += [0xBB] + word(table)  // mov ebx, table
        code.mark("next")
        code.bytes += [0x48, 0x8B, 0x3B, 0x48, 0x85, 0xFF]  // mov rdi, [rbx]; test rdi, rdi
        code.jump([0x0F, 0x84], "done")  // jz
        code.bytes += [0xB8] + word(2) + [0x31, 0xF6, 0x31, 0xD2, 0x0F, 0x05]  // open(path, 0, 0)
        code.bytes += [0x85, 0xC0]  // test eax, eax
        code.jump([0x0F, 0x88], "skip")  // js
        code.bytes += [0x41, 0x89, 0xC4]  // mov r12d, eax
        // write(1, [rbx + 8], [rbx + 16])
        code.bytes += [0xB8] + word(1) + [0xBF] + word(1) + [0x48, 0x8B, 0x73, 0x08, 0x48, 0x8B, 0x53, 0x10, 0x0F, 0x05]
        code.mark("copy")
        // read(r12d, buffer, 4096)
        code.bytes += [0x31, 0xC0, 0x44, 0x89, 0xE7, 0xBE] + word(buffer) + [0xBA] + word(4096) + [0x0F, 0x05]
        code.bytes += [0x85, 0xC0]  // test eax, eax
        code.jump([0x0F, 0x8E], "close")  // jle
        // write(1, buffer, eax)
        code.bytes += [0x89, 0xC2, 0xB8] + word(1) + [0xBF] + word(1) + [0xBE] + word(buffer) + [0x0F, 0x05]
        code.jump([0xE9], "copy")  // jmp
        code.mark("close")
        code.bytes += [0xB8] + word(3) + [0x44, 0x89, 0xE7, 0x0F, 0x05]  // close(r12d)
        code.mark("skip")
        code.bytes += [0x48, 0x83, 0xC3, 24]  // add rbx, 24
        code.jump([0xE9], "next")
        code.mark("done")
        code.call(1, [1, strings.last, strings.lastCount])  // write
        code.call(16, [1, drain, 1])  // ioctl: until all is out
        code.call(169, magic + [0])  // reboot: power off
        code.mark("end")
        code.jump([0xE9], "end")
        return code.finished()
    }

    static func aarch64(_ strings: ProbeStrings, table: UInt64, buffer: UInt64) -> [UInt8] {
        var code = ARM64Program()
        code.call(116, [consoleOff, 0, 0])  // syslog
        code.call(40, [strings.proc, strings.procFolder, strings.proc, 0, 0])  // mount
        code.call(40, [strings.sys, strings.sysFolder, strings.sys, 0, 0])
        code.load(table, into: 19)
        code.mark("next")
        code.emit(0xF940_0261)  // ldr x1, [x19]
        code.branch(0xB400_0001, "done")  // cbz x1
        // openat(-100, path, 0, 0), where the path is absolute
        code.emit(0x9280_0C60)  // mov x0, -100
        for register in [2, 3] as [UInt32] { code.load(0, into: register) }
        code.systemCall(56)
        code.emit(0xF100_001F)  // cmp x0, 0
        code.branch(0x5400_000B, "skip")  // b.lt
        code.emit(0xAA00_03F4)  // mov x20, x0
        code.load(1, into: 0)
        code.emit(0xF940_0661)  // ldr x1, [x19, 8]
        code.emit(0xF940_0A62)  // ldr x2, [x19, 16]
        code.systemCall(64)  // write
        code.mark("copy")
        code.emit(0xAA14_03E0)  // mov x0, x20
        code.load(buffer, into: 1)
        code.load(4096, into: 2)
        code.systemCall(63)  // read
        code.emit(0xF100_001F)  // cmp x0, 0
        code.branch(0x5400_000D, "close")  // b.le
        code.emit(0xAA00_03E2)  // mov x2, x0
        code.load(1, into: 0)
        code.load(buffer, into: 1)
        code.systemCall(64)  // write
        code.branch(0x5400_000E, "copy")  // b.al
        code.mark("close")
        code.emit(0xAA14_03E0)  // mov x0, x20
        code.systemCall(57)  // close
        code.mark("skip")
        code.emit(0x9100_6273)  // add x19, x19, 24
        code.branch(0x5400_000E, "next")
        code.mark("done")
        code.call(64, [1, strings.last, strings.lastCount])
        code.call(29, [1, drain, 1])  // ioctl: until all is out
        code.call(142, magic + [0])  // reboot: power off
        code.mark("end")
        code.branch(0x5400_000E, "end")
        return code.finished()
    }

    /// The four bytes of a 32-bit operand.
    fileprivate static func word(_ value: UInt64) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    }
}

/// x86-64 code with jumps to names.
private struct X86Program {
    var bytes: [UInt8] = []
    private var marks: [String: Int] = [:]
    private var jumps: [(at: Int, to: String)] = []

    mutating func mark(_ name: String) { marks[name] = bytes.count }

    /// A jump with a displacement of 32 bits, which counts from its own end.
    mutating func jump(_ opcode: [UInt8], _ name: String) {
        bytes += opcode
        jumps.append((bytes.count, name))
        bytes += [0, 0, 0, 0]
    }

    /// A system call with constant arguments, each of which fits 32 bits.
    mutating func call(_ number: UInt64, _ arguments: [UInt64]) {
        // mov r32, imm32 into rdi, rsi, rdx, r10 and r8.
        let moves: [[UInt8]] = [[0xBF], [0xBE], [0xBA], [0x41, 0xBA], [0x41, 0xB8]]
        for (move, argument) in zip(moves, arguments) { bytes += move + ProbeCode.word(argument) }
        bytes += [0xB8] + ProbeCode.word(number) + [0x0F, 0x05]
    }

    func finished() -> [UInt8] {
        var bytes = bytes
        for jump in jumps {
            let displacement = (marks[jump.to] ?? 0) - (jump.at + 4)
            bytes.replaceSubrange(jump.at..<jump.at + 4, with: ProbeCode.word(UInt64(bitPattern: Int64(displacement))))
        }
        return bytes
    }
}

/// A64 code with branches to names.
private struct ARM64Program {
    private var words: [UInt32] = []
    private var marks: [String: Int] = [:]
    private var branches: [(at: Int, to: String)] = []

    mutating func mark(_ name: String) { marks[name] = words.count }
    mutating func emit(_ word: UInt32) { words.append(word) }

    /// A branch with a displacement of 19 bits at bit 5, in instructions.
    mutating func branch(_ opcode: UInt32, _ name: String) {
        branches.append((words.count, name))
        words.append(opcode)
    }

    /// MOVZ and MOVK of a value of 32 bits.
    mutating func load(_ value: UInt64, into register: UInt32) {
        words.append(0xD280_0000 | UInt32(value & 0xFFFF) << 5 | register)
        if value > 0xFFFF { words.append(0xF2A0_0000 | UInt32(value >> 16 & 0xFFFF) << 5 | register) }
    }

    mutating func systemCall(_ number: UInt64) {
        load(number, into: 8)
        words.append(0xD400_0001)
    }

    /// A system call with constant arguments.
    mutating func call(_ number: UInt64, _ arguments: [UInt64]) {
        for (register, argument) in arguments.enumerated() { load(argument, into: UInt32(register)) }
        systemCall(number)
    }

    func finished() -> [UInt8] {
        var words = words
        for branch in branches {
            let displacement = (marks[branch.to] ?? 0) - branch.at
            words[branch.at] |= (UInt32(truncatingIfNeeded: displacement) & 0x7FFFF) << 5
        }
        return words.flatMap { ProbeCode.word(UInt64($0)) }
    }
}
