import MapFormats
import MemoryMap

/// The addresses that are written beside a column to scale: the edges of its windows, and round ones between them.
enum AddressTicks {
    /// The least distance between two of them.
    static let room = 13.0

    static func ticks(_ scale: AddressScale) -> [(y: Double, address: PhysicalAddress)] {
        var ticks: [(y: Double, address: PhysicalAddress)] = []
        for (index, window) in scale.windows.enumerated() {
            ticks.append((window.top, window.range.start))
            var last = window.top
            let step = step(window)
            var next = (UInt128(window.range.start.rawValue) / step + 1) * step
            while next <= UInt128(window.range.last.rawValue) {
                let y = window.y(next)
                if y - last >= room, window.bottom - y >= room {
                    ticks.append((y, PhysicalAddress(UInt64(next))))
                    last = y
                }
                next += step
            }
            // The last address where there is room for it before the next window's first one.
            let following = index + 1 < scale.windows.count ? scale.windows[index + 1].top : .infinity
            if window.bottom - last >= room, following - window.bottom >= room {
                ticks.append((window.bottom, window.range.last))
            }
        }
        return ticks
    }

    /// The least power of two that is at least 40 units long.
    private static func step(_ window: AddressScale.Window) -> UInt128 {
        var step: UInt128 = 4_096
        while Double(step) / Double(window.range.size) * window.height < 40 { step *= 2 }
        return step
    }
}
