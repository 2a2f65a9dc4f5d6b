/// What the headers of an executable image say.
public struct PEImage: Sendable {
}
