/// A parameter of an extended call: `MEM_EXTENDED_PARAMETER`.
public enum ExtendedParameter: Hashable, Sendable {
    /// Type 1.
    case addressRequirements(AddressRequirements)

    /// Type 2: the node to prefer, which does not change what is allocated.
    case numaNode(UInt32)

    /// Any other type, by its number.
    case other(UInt64)

    /// The number of the type.
    public var type: UInt64 {
        switch self {
        case .addressRequirements: 1
        case .numaNode: 2
        case .other(let type): type
        }
    }

    /// The first number that is no type.
    static let typeEnd: UInt64 = 6

    /// The address requirements among parameters, each of which may occur once.
    public static func requirements(in parameters: [ExtendedParameter]) throws(NTStatus) -> AddressRequirements? {
        var seen: UInt64 = 0
        var result: AddressRequirements?
        for parameter in parameters {
            guard 1..<typeEnd ~= parameter.type, seen & 1 << parameter.type == 0 else { throw .invalidParameter }
            seen |= 1 << parameter.type
            switch parameter {
            case .addressRequirements(let requirements): result = requirements
            case .numaNode: break
            case .other: throw .invalidParameter
            }
        }
        return result
    }
}
