import MachineRunner

/// The `error` object of the JSON document.
struct BootDocumentError: Encodable {
    struct Difference: Encodable {
        var field: String
        var kernel: String?
        var computed: String?
    }

    struct Problem: Encodable {
        var line: Int
        var message: String
    }

    /// A name that stays the same: `MachineError.identifier`, or `usage`.
    var kind: String
    var message: String
    var advice: String?
    var stage: BootStage?
    var lastLines: [String]?
    var fault: KernelFault?
    var loader: LoaderFailure?
    var kernel: KernelRefusal?
    var differences: [Difference]?
    var problems: [Problem]?

    init(kind: String, message: String) {
        self.kind = kind
        self.message = message
    }

    init(_ error: MachineError) {
        self.init(kind: error.identifier, message: error.description)
        advice = error.advice
        lastLines = error.lastLines.isEmpty ? nil : error.lastLines
        switch error {
        case .timedOut(let stage, _, _), .stoppedEarly(_, let stage, _): self.stage = stage
        case .kernelFault(let fault): self.fault = fault
        case .loaderFailed(let failure): loader = failure
        case .kernelRefused(let refusal): kernel = refusal
        case .inconsistentReport(let list):
            differences = list.map { Difference(field: $0.field, kernel: $0.kernel, computed: $0.computed) }
        case .malformedEvents(let list):
            problems = list.map { Problem(line: $0.line, message: $0.error.description) }
        default: break
        }
    }
}
