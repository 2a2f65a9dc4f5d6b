// The values that only the loader's file has.

extension ConfigurationText {
    func verification(_ value: Piece) throws(LoaderConfigurationError) -> LoaderConfiguration.Verification {
        if matches(value, LoaderConfiguration.Word.required) { return .required }
        if matches(value, LoaderConfiguration.Word.optional) { return .optional }
        throw value.error(value.range.isEmpty ? .emptyValue : .unknownValue)
    }

    func resolution(_ value: Piece) throws(LoaderConfigurationError) -> LoaderConfiguration.Resolution {
        guard !value.range.isEmpty else { throw value.error(.emptyValue) }
        for offset in value.range where self[offset] == UInt8(ascii: "x") {
            guard let width = shortNumber(value.range.lowerBound..<offset),
                let height = shortNumber(offset + 1..<value.range.upperBound)
            else { break }
            return LoaderConfiguration.Resolution(width: width, height: height)
        }
        throw value.error(.unknownValue)
    }

    func injection(_ value: Piece) throws(LoaderConfigurationError) -> LoaderConfiguration.Injection {
        if matches(value, LoaderConfiguration.Word.badMagic) { return .badMagic }
        if matches(value, LoaderConfiguration.Word.badVersion) { return .badVersion }
        if matches(value, LoaderConfiguration.Word.badPointer) { return .badPointer }
        let prefix = LoaderConfiguration.Word.mapChanges
        if starts(value, with: prefix),
            let count = shortNumber(value.range.lowerBound + prefix.utf8CodeUnitCount..<value.range.upperBound)
        {
            return .mapChanges(count)
        }
        throw value.error(value.range.isEmpty ? .emptyValue : .unknownValue)
    }

    /// The decimal number from 1 to 65535 that the digits stand for; nil for anything else, zeros in front included.
    private func shortNumber(_ digits: Range<Int>) -> UInt16? { number(digits).flatMap { UInt16(exactly: $0) } }
}
