import MachineRunner

extension FakeMachine {
    /// The error with which a run ends, nil where it goes well.
    public func failure(
        _ architecture: MachineArchitecture = .x86_64, timeout: Duration = .seconds(600),
        change: (inout MachineConfiguration) -> Void = { _ in }
    ) async throws -> MachineError? {
        var configuration = try configuration(architecture, timeout: timeout)
        change(&configuration)
        do throws(MachineError) {
            _ = try await Machine(configuration).run()
            return nil
        } catch {
            return error
        }
    }
}
