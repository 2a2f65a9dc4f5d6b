import FuzzDriver
import MemoryMap
import VirtualMemory

/// The input is an executable image. One that is accepted has its parts in the file and in their order, and relocations inside it.
@main
struct FuzzPEImage {
    static func main() {
        unsafe runFuzzer { data, count in
            unsafe withInput(data, count) { FuzzPEImage.test($0) }
        }
    }

    static func test(_ input: Span<UInt8>) {
        do throws(PEImageError) {
            let image = try PEImage(parsing: input.rawBytes)
            var end: UInt64 = 0
            for part in image.parts {
                require(part.start >= end, "parts ascend")
                require(
                    part.byteCount <= image.imageSize && part.start <= image.imageSize - part.byteCount, "parts lie in the image")
                require(
                    part.fileOffset <= UInt64(input.count) && part.fileByteCount <= UInt64(input.count) - part.fileOffset,
                    "contents lie in the file")
                end = part.start + part.byteCount
            }
            try image.forEachRelocation(in: input.rawBytes) { relocation in
                require(relocation.offset <= image.imageSize - relocation.byteCount, "relocations lie in the image")
            }
        } catch {
            // Refusing is what most inputs deserve.
        }
    }
}
