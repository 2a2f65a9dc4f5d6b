import ExecutableImage
import FuzzDriver
import MemoryMap

/// The input is a file. One that is accepted has to keep what `ELFImage` promises, and to load.
@main
struct FuzzELFImage {
    static func main() {
        unsafe runFuzzer { data, count in
            unsafe withInput(data, count) { FuzzELFImage.test($0) }
        }
    }

    static func test(_ file: Span<UInt8>) {
        do throws(ELFError) {
            let image = try ELFImage(validating: file)
            checkSegments(of: image)
            checkRelocations(of: image)
            // Memory is taken for images of a sensible size only; conversion refuses the largest without any.
            if image.byteCount <= 1 << 18 { load(image) }
            if image.byteCount <= 1 << 18 || image.byteCount >= 1 << 30 { convert(image) }
        } catch {
            // Refusing is what most inputs deserve.
        }
    }

    private static func checkSegments(of image: borrowing ELFImage) {
        var isEntryInCode = false
        for index in 0..<image.segmentCount {
            let segment = image.segment(at: index)
            require(!segment.permissions.contains([.write, .execute]), "no segment is writable and executable")
            require(UInt64(image.bytes(of: segment).byteCount) == segment.fileByteCount, "all file bytes are there")
            require(image.imageRange.contains(segment.range), "the image range holds all segments")
            if segment.permissions.contains(.execute), segment.range.contains(image.entry) { isEntryInCode = true }
            for other in 0..<index {
                let below = image.segment(at: other)
                require(below.range.last < segment.start, "segments ascend")
                require(
                    below.permissions == segment.permissions || below.range.last.rawValue >> 12 < segment.start.rawValue >> 12,
                    "no page has two sets of permissions")
            }
        }
        require(isEntryInCode, "the entry is in an executable segment")
    }

    private static func checkRelocations(of image: borrowing ELFImage) {
        for index in 0..<image.relocationCount {
            guard let word = VirtualRange(start: image.relocation(at: index).offset, byteCount: 8) else {
                fatalError("violated: a relocated word has 8 bytes")
            }
            var isWritable = false
            for other in 0..<image.segmentCount {
                let segment = image.segment(at: other)
                isWritable = isWritable || (segment.permissions.contains(.write) && segment.range.contains(word))
            }
            require(isWritable, "a relocated word is in a writable segment")
        }
    }

    private static func load(_ image: borrowing ELFImage) {
        // One byte more than the image: it has to stay as it is.
        var memory = [UInt8](repeating: 0xEE, count: Int(image.byteCount) + 1)
        let isMoved = image.kind == .positionIndependent && image.imageRange.last.rawValue < .max - image.alignment
        let base = VirtualAddress(image.imageRange.start.rawValue + (isMoved ? image.alignment : 0))
        do throws(ELFError) {
            var elements = memory.mutableSpan
            // Any byte is good for an element.
            var span = unsafe elements.mutableBytes
            try image.load(into: &span, virtualBase: base)
        } catch { fatalError("violated: an image loads at its own alignment") }
        require(memory.last == 0xEE, "nothing is written above the image")
        guard image.relocationCount > 0 else { return }
        let last = image.relocation(at: image.relocationCount - 1)
        let offset = Int(last.offset.rawValue - image.imageRange.start.rawValue)
        let expected = last.addend &+ base.rawValue &- image.imageRange.start.rawValue
        for index in 0..<8 {
            require(memory[offset + index] == UInt8(truncatingIfNeeded: expected >> UInt64(8 * index)), "a relocation is applied")
        }
    }

    private static func convert(_ image: borrowing ELFImage) {
        do throws(PEImageError) {
            let bytes = try PEImageBuilder(converting: image, subsystem: .application).build()
            require(bytes.count % 512 == 0 && bytes[0] == 0x4D && bytes[1] == 0x5A, "a PE image comes out")
        } catch {
            // PE cannot say everything that ELF can.
        }
    }
}
