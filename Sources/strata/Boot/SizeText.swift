import MemoryMap
import MemoryReport

/// Amounts of memory in the words of the shared report.
enum SizeText {
    static func bytes(_ count: UInt64) -> String {
        var text = ByteBuffer()
        text.write(size: count)
        return text.text
    }

    static func pages(_ count: PageCount) -> String {
        var text = ByteBuffer()
        text.write(size: count)
        return text.text
    }
}
