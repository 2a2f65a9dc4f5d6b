extension Duration {
    /// Seconds, as precisely as a number of this type holds them.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    /// Seconds to the millisecond, as documents have them.
    var rounded: Double { (seconds * 1000).rounded() / 1000 }

    /// Seconds with two decimals and their unit.
    var text: String {
        let hundredths = Int((seconds * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
    }
}
