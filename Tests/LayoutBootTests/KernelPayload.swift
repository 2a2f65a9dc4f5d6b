import GuestLayout
import MemoryMap

/// The ELF executable inside a bzImage, where it was compressed by LZ4's older frame format, as Debian's kernels are.
///
/// Linux, Documentation/arch/x86/boot.rst, `payload_offset`; LZ4 Frame Format, "Legacy frame"; LZ4 Block Format.
enum KernelPayload {
    static func executable(in kernel: [UInt8]) -> [UInt8]? {
        guard case .bzImage(let image)? = try? TrialRun.image(of: kernel) else { return nil }
        let bytes = kernel.span.rawBytes
        let start = Int(image.setupByteCount) + Int(bytes.littleEndian32(at: 0x248))
        let end = start + Int(bytes.littleEndian32(at: 0x24C))
        guard start + 4 <= end, end <= kernel.count, bytes.littleEndian32(at: start) == 0x184C_2102 else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(64 << 20)
        var offset = start + 4
        // The last word of the payload is the size of what it unpacks to.
        while offset + 4 < end {
            let count = Int(bytes.littleEndian32(at: offset))
            guard offset + 4 + count <= end else { break }
            unpack(kernel, offset + 4..<offset + 4 + count, into: &output)
            offset += 4 + count
        }
        return output.count == Int(bytes.littleEndian32(at: end - 4)) ? output : nil
    }

    private static func unpack(_ input: [UInt8], _ block: Range<Int>, into output: inout [UInt8]) {
        var offset = block.lowerBound
        func length(_ nibble: UInt8) -> Int {
            var count = Int(nibble)
            guard nibble == 15 else { return count }
            while offset < block.upperBound {
                count += Int(input[offset])
                offset += 1
                if input[offset - 1] != 255 { break }
            }
            return count
        }
        while offset < block.upperBound {
            let token = input[offset]
            offset += 1
            let literals = length(token >> 4)
            output += input[offset..<offset + literals]
            offset += literals
            guard offset < block.upperBound else { return }
            let distance = Int(input[offset]) | Int(input[offset + 1]) << 8
            offset += 2
            var rest = length(token & 15) + 4
            // A match may reach into what it makes itself.
            while rest > 0 {
                let from = output.count - distance
                let count = min(rest, distance)
                // A copy first: a slice of the output would make the output itself be copied.
                let piece = Array(output[from..<from + count])
                output += piece
                rest -= count
            }
        }
    }
}
