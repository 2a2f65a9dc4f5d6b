#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where figures lie in the picture of a curve, in its own units.
struct PlotArea {
    static let width = 900
    static let left = 80.0
    static let right = 870.0
    static let top = 70.0
    static let bottom = 430.0
    private static let legendColumns = 5

    private let lowestFrames: Double
    private let highestFrames: Double
    private let frames: [Int]
    /// The highest tick; the scale starts at 0.
    private let highest: Double
    private let step: Double

    init(frames: [Int], highest: Double) {
        self.frames = frames.sorted()
        lowestFrames = log2(Double(self.frames.first ?? 1))
        highestFrames = log2(Double(self.frames.last ?? 1))
        step = Self.step(highest)
        self.highest = max((highest / step).rounded(.up), 1) * step
    }

    func height(_ policies: Int) -> Int {
        Int(Self.bottom) + 70 + 22 * ((policies + Self.legendColumns - 1) / Self.legendColumns)
    }

    func x(_ frames: Int) -> Double {
        guard highestFrames > lowestFrames else { return (Self.left + Self.right) / 2 }
        let share = (log2(Double(frames)) - lowestFrames) / (highestFrames - lowestFrames)
        return Self.rounded(Self.left + share * (Self.right - Self.left))
    }

    func y(_ rate: Double) -> Double { Self.rounded(Self.bottom - rate / highest * (Self.bottom - Self.top)) }

    func legend(_ number: Int) -> (x: Double, y: Double) {
        let column = Double(number % Self.legendColumns)
        return (Self.left + column * 158, Self.bottom + 66 + Double(22 * (number / Self.legendColumns)))
    }

    var rateTicks: [Double] { Array(stride(from: 0, through: highest + step / 2, by: step)) }

    /// Those numbers of frames that have room for their label.
    var frameTicks: [Int] {
        var ticks: [Int] = []
        for count in frames {
            if let last = ticks.last, x(count) - x(last) < 44 { continue }
            ticks.append(count)
        }
        return ticks
    }

    /// 1, 2 or 5 times a power of ten, so that five to ten of them reach `highest`.
    private static func step(_ highest: Double) -> Double {
        guard highest > 0 else { return 1 }
        let power = pow(10, (log10(highest / 5)).rounded(.down))
        let share = highest / 5 / power
        return power * (share < 2 ? 1 : share < 5 ? 2 : 5)
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
