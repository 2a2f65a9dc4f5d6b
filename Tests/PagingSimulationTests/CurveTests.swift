import PageReplacement
import PagingSimulation
import Testing

@Suite struct CurveTests {
    @Test func usualFramesRiseToAllPages() {
        #expect(PagingCurve.usualFrames(population: 20) == [4, 6, 8, 12, 16, 20])
        #expect(PagingCurve.usualFrames(population: 1) == [1])
        for population in 1...300 {
            let frames = PagingCurve.usualFrames(population: population)
            #expect(frames.last == population)
            #expect(zip(frames, frames.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test func theCurveHasEveryPoint() {
        let trace = PageTrace(pages: [7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1])
        var runs = 0
        let curve = PagingCurve(trace, policies: [.fifo, .lru], frames: [3, 4], willRun: { _, _ in runs += 1 })
        #expect(runs == 4)
        #expect(curve.point(.fifo, frames: 3)?.counts.faults == 15)
        #expect(curve.point(.lru, frames: 3)?.counts.faults == 12)
        #expect(curve.point(.clock, frames: 3) == nil)
    }

    @Test func thePictureHasEveryPointAndEscapesItsTitle() {
        let trace = PageTrace(pages: [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5])
        let curve = PagingCurve(trace, policies: ReplacementPolicyKind.allCases, frames: [1, 2, 3, 4])
        let picture = curve.svg(title: "<a> & \"b\"")
        #expect(picture.split(separator: "<circle").count - 1 == 44)
        #expect(picture.split(separator: "<polyline").count - 1 == 11)
        #expect(picture.contains("&lt;a&gt; &amp; &quot;b&quot;"))
        #expect(!picture.contains("nan") && !picture.contains("inf"))
        #expect(picture.hasPrefix("<svg") && picture.hasSuffix("</svg>\n"))
    }
}
