import GuestLayout
import Testing

@Suite("Answers of crosvm's own functions")
struct CrosvmVectorTests {
    @Test(
        .enabled(if: !CrosvmVector.shared.isEmpty, "no vectors beside the checkout; set STRATA_SHARED_DATA"),
        arguments: CrosvmVector.shared)
    func everyVector(_ vector: CrosvmVector) throws {
        let planned = try vector.planned()
        for (mine, theirs) in zip(planned, vector.lines) where mine != theirs { Issue.record("\(mine) != \(theirs)") }
        #expect(planned.count == vector.lines.count)
    }

    @Test(arguments: CrosvmVector.kept) func keptVector(_ vector: CrosvmVector) throws {
        #expect(try vector.planned() == vector.lines)
    }

    @Test func allVectorsAreThere() {
        #expect(CrosvmVector.kept.count == 12)
        #expect(CrosvmVector.shared.isEmpty || CrosvmVector.shared.count == 260)
    }
}
