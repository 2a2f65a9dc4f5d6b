extension UInt64 {
    /// Whether bit `number`, 0 to 63, is set.
    func bit(_ number: Int) -> Bool { self >> UInt64(number) & 1 == 1 }
}
