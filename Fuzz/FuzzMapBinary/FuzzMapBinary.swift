import FuzzDriver
import MapFormats
import MapPromises

/// The input is a byte that chooses a form, or none, and then a binary memory map. What is read keeps what maps promise, and can
/// be written and read back.
@main
struct FuzzMapBinary {
    static func main() {
        unsafe runFuzzer { data, count in
            unsafe withInput(data, count) { FuzzMapBinary.test($0) }
        }
    }

    static func test(_ input: Span<UInt8>) {
        guard input.count > 1 else { return }
        let forms = BinaryMapFormat.allCases
        let choice = Int(input[0]) % (forms.count + 1)
        let reader = BinaryMapReader(format: choice < forms.count ? forms[choice] : nil)
        do throws(BinaryMapError) {
            let result = try reader.read(input.extracting(1..<input.count))
            for map in result.collection.maps {
                checkPromises(of: map)
                checkWriters(of: map, words: result.collection.words)
            }
        } catch {
            require(!error.explanation.isEmpty, "a refusal has words")
        }
    }
}
