import FileTree
import Images
import OCI
import TestSupport
import Testing

/// Descriptors that hold what they point at (OCI image spec, "Content Descriptors": `data`).
struct EmbeddedTests {
    private let scratch: Scratch
    private let sample = SampleImages.tiny

    init() throws { scratch = try Scratch() }

    @Test(arguments: LayoutBuilder.Part.allCases)
    func `what is not stored is taken from its descriptor`(part: LayoutBuilder.Part) async throws {
        let image = try await load(LayoutBuilder.archive(sample, embedding: [part]), scratch)
        #expect(image.index.summary.imageID == sample.imageID)
        #expect(image.index.summary.layers.map(\.diffID) == sample.layers.map(\.diffID))
        #expect(image.index.listings.count == sample.layers.count)
    }

    @Test func `an image may lie in index.json alone`() async throws {
        let bytes = LayoutBuilder.archive(sample, embedding: Set(LayoutBuilder.Part.allCases))
        #expect(try await load(bytes, scratch).index.summary.imageID == sample.imageID)
    }

    @Test(arguments: LayoutBuilder.Part.allCases)
    func `what a descriptor holds must be what it describes`(part: LayoutBuilder.Part) async throws {
        let cases: [(change: (String) -> String, kind: String, word: String)] = [
            ({ "!" + String($0.dropFirst()) }, "damaged", "no base64"),
            ({ "AAAA" + $0 }, "damaged", "bytes, but"),
            ({ "AAAA" + String($0.dropFirst(4)) }, "wrongDigest", "should have digest"),
        ]
        for item in cases {
            let bytes = LayoutBuilder.archive(sample, embedding: [part], change: item.change)
            await #expect { try await load(bytes, scratch) } throws: {
                kind($0) == item.kind && "\($0)".contains(item.word)
            }
        }
    }

    @Test func `what is stored counts more than what a descriptor holds`() async throws {
        var layout = LayoutBuilder()
        layout.entries = [try layout.store(sample, [("data", "AAAA")])]
        #expect(try await load(layout.archive, scratch).index.summary.imageID == sample.imageID)
    }
}
