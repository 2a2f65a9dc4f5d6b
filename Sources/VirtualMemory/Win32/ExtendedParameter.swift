/// A parameter of an extended call: `MEM_EXTENDED_PARAMETER`.
public enum ExtendedParameter: Hashable, Sendable {
    /// Type 1.
    case addressRequirements(AddressRequirements)

    /// Type 2: the node to prefer, which does not change what is allocated.
    case numaNode(UInt32)

    /// Type 5: `MEM_EXTENDED_PARAMETER_*` bits.
    case attributes(UInt64)

    /// Type 6: the machine that an image has to be for, or 0 for any.
    case imageMachine(UInt16)

    /// Any other type, by its number.
    case other(UInt64)

    /// The number of the type.
    public var type: UInt64 {
        switch self {
        case .addressRequirements: 1
        case .numaNode: 2
        case .attributes: 5
        case .imageMachine: 6
        case .other(let type): type
        }
    }

    /// The first number that is no type.
    static let typeEnd: UInt64 = 7

    /// The bits that say how memory is to be taken, none of which changes what is allocated here: graphics, not paged, not to be
    /// zeroed, large or huge pages without a working set, soft faults.
    private static let knownAttributes: UInt64 = 0x3F

    /// The address requirements among parameters, each of which may occur once.
    ///
    /// - Throws: `.invalidParameter` for what is unknown, twice or of another machine's.
    public static func requirements(in parameters: [ExtendedParameter]) throws(NTStatus) -> AddressRequirements? {
        var seen: UInt64 = 0
        var result: AddressRequirements?
        for parameter in parameters {
            guard 1..<typeEnd ~= parameter.type, seen & 1 << parameter.type == 0 else { throw .invalidParameter }
            seen |= 1 << parameter.type
            switch parameter {
            case .addressRequirements(let requirements): result = requirements
            case .numaNode, .imageMachine: break
            case .attributes(let bits): guard bits & ~knownAttributes == 0 else { throw .invalidParameter }
            case .other: throw .invalidParameter
            }
        }
        return result
    }

    /// The machine among parameters that an image has to be for.
    public static func imageMachine(in parameters: [ExtendedParameter]) -> UInt16? {
        for case .imageMachine(let machine) in parameters { return machine }
        return nil
    }
}
