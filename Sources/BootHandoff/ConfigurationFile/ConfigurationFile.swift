/// A text file on the boot volume that tells an application of the firmware's what to do.
///
/// The rules of the text are those of ``LoaderConfiguration``.
public protocol ConfigurationFile: Hashable, Sendable {
    /// Where the file lies on the boot volume.
    static var path: StaticString { get }

    /// The configuration in the bytes of the file.
    ///
    /// - Throws: `LoaderConfigurationError` for the first line at fault, with its number.
    init(parsing file: RawSpan) throws(LoaderConfigurationError)
}
