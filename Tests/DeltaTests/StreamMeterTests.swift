import TestSupport
import Testing

@testable import Delta

struct StreamMeterTests {
    @Test func `what stood in the stream before costs next to nothing again`() {
        var meter = StreamMeter()
        let content = Content.random(1, 20_000)
        meter.add(content[...])
        let first = meter.take() / 8
        meter.add(content[...])
        let second = meter.take() / 8
        #expect((18_000.0...25_000.0).contains(first))
        #expect(second < first / 50)
        #expect(meter.take() == 0)
    }

    @Test func `texts cost less than noise, and about what they take when they are compressed`() {
        let text = Array((0..<4000).map { "line \($0 % 97) of a text that goes on\n" }.joined().utf8)
        var meter = StreamMeter()
        meter.add(text[...])
        let cost = meter.take() / 8
        #expect(cost < Double(text.count) / 20)
        #expect(cost > Double(StreamEstimate.of(text)) / 4)
    }

    @Test func `of a long content some blocks tell enough`() {
        var meter = StreamMeter()
        let content = Content.random(2, 6 << 20)
        meter.add(content[...])
        let cost = meter.take() / 8
        #expect((0.95...1.2).contains(cost / Double(content.count)))
    }
}
