/// A part of a section in an address space.
struct View {
    let section: Section

    /// Where in the section the view begins, in bytes.
    let offset: UInt64

    /// The most that its pages may ever allow.
    let access: PageProtection

    /// The index of the allocation that the view is; views are never cut up, so that it stays.
    var allocation: UInt32 = .max
}
