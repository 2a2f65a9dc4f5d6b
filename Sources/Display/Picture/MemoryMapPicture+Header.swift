import MemoryReport

extension MemoryMapPicture {
    /// The name at the left, the machine at the right.
    func drawHeader<Surface: PixelSurface & ~Copyable>(on surface: inout Surface, _ layout: PictureLayout) {
        let (area, unit) = (layout.header, layout.unit)
        let nameStyle = TextStyle(color: PictureTheme.text, scale: .units(layout.isHeaderLarge ? 2 * unit : unit), weight: .bold)
        drawEmblem(on: &surface, PixelRectangle(x: area.x, y: area.y + unit, width: area.height, height: area.height - 2 * unit))
        let nameX = area.x + area.height + 10 * unit
        surface.drawText("Strata", x: nameX, y: area.y, style: nameStyle)
        let subtitle = TextStyle(color: PictureTheme.dimText, scale: nameStyle.scale)
        var nameLength = 6
        if layout.header.width >= 760 * unit {
            surface.drawText("memory map", x: nameX + 7 * nameStyle.cellWidth, y: area.y, style: subtitle)
            nameLength += 11
        }
        var free = area.x + area.width - (nameX + nameLength * nameStyle.cellWidth) - 24 * unit

        var machine = TextField()
        machine.write(heading.architecture)
        if !heading.firmware.isEmpty {
            machine.write(", ")
            for byte in heading.firmware.prefix(40) { machine.write(byte) }
        }
        var kernel = TextField()
        if !heading.kernelHash.isEmpty {
            kernel.write(heading.isKernelVerified ? "kernel verified, SHA-256 " : "kernel NOT verified, SHA-256 ")
            for byte in heading.kernelHash.prefix(8) { kernel.write(hexadecimal: UInt64(byte), digits: 2, prefix: false) }
        }
        let right = area.x + area.width
        let small = TextStyle(color: PictureTheme.dimText, scale: .units(unit))
        let trust = TextStyle(color: heading.isKernelVerified ? PictureTheme.good : PictureTheme.warning, scale: .units(unit))
        if layout.isHeaderLarge {
            surface.drawText(machine, right: right, y: area.y, atMost: free, style: small)
            surface.drawText(kernel, right: right, y: area.y + 16 * unit, atMost: free, style: trust)
        } else {
            // One line: the machine, and before it the kernel where there is room.
            free -= surface.drawText(machine, right: right, y: area.y, atMost: free, style: small) + 16 * unit
            let kernelRight = right - machine.count * small.cellWidth - 16 * unit
            if kernel.count * trust.cellWidth <= free {
                surface.drawText(kernel, right: kernelRight, y: area.y, atMost: free, style: trust)
            }
        }
    }

    /// Layers of memory, one above the other.
    private func drawEmblem<Surface: PixelSurface & ~Copyable>(on surface: inout Surface, _ area: PixelRectangle) {
        let layers: [4 of MemoryCategory] = [.usable, .bootServices, .loader, .runtimeServices]
        let pitch = area.height / layers.count
        for index in layers.indices {
            let layer = PixelRectangle(x: area.x, y: area.y + index * pitch, width: area.width, height: pitch - max(pitch / 4, 1))
            surface.fill(layer, with: layers[index].color)
        }
    }
}
