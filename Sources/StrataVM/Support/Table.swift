import CStrataVM

/// A table that threads take turns at, and that a child of `fork` finds whole.
///
/// There are few, and they are never freed; all are made when the library is loaded (`strata_vm_start`).
final class Table<Content: ~Copyable>: @unchecked Sendable {
    private var content: Content

    /// Which of the locks that are held over forks.
    private let lock = strata_vm_make_table_lock()

    init(_ content: consuming Content) { self.content = content }

    func withLock<Result: ~Copyable, Failure: Error>(_ body: (inout Content) throws(Failure) -> Result) throws(Failure) -> Result
    {
        strata_vm_enter_table(lock)
        defer { strata_vm_leave_table(lock) }
        return try body(&content)
    }
}
