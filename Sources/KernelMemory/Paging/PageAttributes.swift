/// What may be done with a page besides reading, which every mapped page allows.
public struct PagePermissions: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The page may be written.
    public static let write = PagePermissions(rawValue: 1 << 0)

    /// Instructions may be fetched from the page: by the user where it is a user page, else by the kernel.
    public static let execute = PagePermissions(rawValue: 1 << 1)

    /// The page belongs to unprivileged code (x86-64 CPL 3, AArch64 EL0); without it only the kernel reaches the page.
    public static let user = PagePermissions(rawValue: 1 << 2)

    /// Whether the page may be both written and executed.
    @inlinable
    public var isWritableAndExecutable: Bool { contains([.write, .execute]) }
}

/// How accesses to a page go through the caches.
public enum MemoryCaching: UInt8, Hashable, CaseIterable, Sendable {
    /// Ordinary RAM.
    case writeBack

    /// Reads are cached, writes go to memory at once.
    case writeThrough

    /// Not cached; writes may be gathered, which suits framebuffers (AArch64: Normal Non-cacheable).
    case writeCombining

    /// Not cached, not reordered, not gathered: device registers (AArch64: Device-nGnRnE).
    case uncacheable
}

/// Everything that a leaf of the page tables says about its page besides the address.
public struct PageAttributes: Hashable, Sendable {
    public var permissions: PagePermissions
    public var caching: MemoryCaching

    /// Whether the translation is the same in every address space, so that the processor may keep it across a switch.
    public var isGlobal: Bool

    @inlinable
    public init(permissions: PagePermissions = [], caching: MemoryCaching = .writeBack, isGlobal: Bool = false) {
        self.permissions = permissions
        self.caching = caching
        self.isGlobal = isGlobal
    }

    /// Kernel data that nobody writes, cached.
    public static let readOnly = PageAttributes()

    /// Kernel data, cached.
    public static let readWrite = PageAttributes(permissions: .write)

    /// Kernel code, cached.
    public static let readExecute = PageAttributes(permissions: .execute)

    /// Kernel memory that may be written and executed; `map` and `protect` take it only where that is asked for expressly.
    public static let readWriteExecute = PageAttributes(permissions: [.write, .execute])

    /// Device registers of the kernel: written and read, never cached, never executed.
    public static let device = PageAttributes(permissions: .write, caching: .uncacheable)
}
