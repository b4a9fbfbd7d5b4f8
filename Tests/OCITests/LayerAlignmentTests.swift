import Bytes
import FileTree
import Hashing
import OCI
import Testing

struct LayerAlignmentTests {
    /// Layers as `content:command`, and the rows they should make as `old>new` with the change's marker.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let old: String
        let new: String
        let rows: String

        init(_ name: String, _ old: String, _ new: String, _ rows: String) {
            self.name = name
            self.old = old
            self.new = new
            self.rows = rows
        }

        var testDescription: String { name }
    }

    private func layers(_ text: String) -> [LayerSummary] {
        text.split(separator: " ").enumerated().map { index, word in
            let parts = word.split(separator: ":", omittingEmptySubsequences: false)
            let id = Digest.of(Array(parts[0].utf8))
            return LayerSummary(
                index: index, digest: id, diffID: id, blobByteCount: 1, compression: .none,
                createdBy: parts.count > 1 ? String(parts[1]) : "")
        }
    }

    private func text(_ rows: [LayerPair]) -> String {
        rows.map { row in
            (row.old.map(String.init) ?? "_") + row.change.marker + (row.new.map(String.init) ?? "_")
        }.joined(separator: " ")
    }

    @Test(arguments: [
        Case("the same", "a b c", "a b c", "0=0 1=1 2=2"),
        Case("a changed top", "a b:run c:copy", "a b:run d:copy", "0=0 1=1 2~2"),
        Case("everything changed by command", "a:base b:run c:copy", "x:base y:run z:copy", "0~0 1~1 2~2"),
        Case("a new layer in between", "a c:copy", "a b:run d:copy", "0=0 _+1 1~2"),
        Case("a layer gone", "a b:run c:copy", "a d:copy", "0=0 1-_ 2~1"),
        Case("all gone", "a b", "", "0-_ 1-_"),
        Case("all new", "", "a b", "_+0 _+1"),
        Case("two layers changed places", "a b c", "a c b", "0=0 2=1 1>2"),
        Case("equal empty layers keep their places", "e a e b e", "e a e b e", "0=0 1=1 2=2 3=3 4=4"),
        Case("no command, as many on both sides", "a b c", "a x c", "0=0 1~1 2=2"),
        Case(
            "a digest in the command does not matter", "a:ADDfile:\(String(repeating: "1", count: 64)) z",
            "b:ADDfile:\(String(repeating: "2", count: 64)) y z", "0~0 _+1 1=2"),
    ])
    func `layers stand beside their like`(_ item: Case) {
        #expect(text(LayerAlignment.align(old: layers(item.old), new: layers(item.new))) == item.rows)
    }

    /// An image of layers, each as `content:command:path,path`.
    private func image(_ text: String) throws -> ImageIndex {
        let words = text.split(separator: " ").map { $0.split(separator: ":") }
        let listings = try words.map { parts in
            LayerListing(
                entries: try parts[2].split(separator: ",").map {
                    Entry(path: try #require(TreePath(String($0))), kind: .file)
                })
        }
        let summary = ImageSummary(
            source: "image", names: [], imageID: Digest.of([]), archiveByteCount: 0,
            layers: layers(words.map { "\($0[0]):\($0[1])" }.joined(separator: " ")))
        return ImageIndex(summary: summary, listings: listings)
    }

    @Test func `layers without a common command are paired by what they hold`() throws {
        let old = try image("a:1:p b:2:q,r c:3:s,t,u")
        #expect(text(LayerAlignment.align(old, try image("x:4:s,t,v y:5:u"))) == "0-_ 1-_ 2~0 _+1")
        #expect(text(LayerAlignment.align(old, try image("x:4:q,v,w,x,y,z y:5:q,r"))) == "_+0 0-_ 1~1 2-_")
        // A path that a layer holds many times is one that both have.
        let often = try image("a:1:s,s,s,s,s b:2:t,u")
        #expect(text(LayerAlignment.align(often, try image("x:3:s,t,u,v,w"))) == "0-_ 1~0")
        // The command decides before anybody looks.
        #expect(text(LayerAlignment.align(old, try image("x:1:s,t,u"))) == "0~0 1-_ 2-_")
    }

    @Test func `contents are looked at only where nothing else decides`() {
        var asked: [Int] = []
        let rows = LayerAlignment.align(old: layers("a b:run c:x"), new: layers("a z:run y:other c:x")) {
            asked.append($0)
            #expect(Array($1) == [])
            return nil
        }
        #expect(text(rows) == "0=0 1~1 _+2 2=3")
        #expect(asked == [])
    }

    @Test func `thousands of layers are asked for once each`() throws {
        let count = 3_000
        let old = (0..<count).map { "old\($0):o\($0):same,p\($0)" }.joined(separator: " ")
        let new = (0..<count).map { "new\($0):n\($0):same,p\($0)" }.joined(separator: " ")
        let rows = LayerAlignment.align(try image(old), try image(new))
        #expect(rows == (0..<count).map { LayerPair(old: $0, new: $0, change: .changed) })
        var questionCount = 0
        _ = LayerAlignment.align(old: layers(old), new: layers(new)) { _, _ in
            questionCount += 1
            return nil
        }
        #expect(questionCount == count)
        // Equal layers in another order.
        let reversed = old.split(separator: " ").reversed().joined(separator: " ")
        let turned = LayerAlignment.align(old: layers(old), new: layers(reversed))
        #expect(turned.filter { $0.change == .same }.count == 1)
        #expect(turned.filter { $0.change == .moved }.count == count - 1)
    }

    @Test func `every layer stands in exactly one row`() {
        let words = ["a", "b", "c", "a:run", "d:run", "e"]
        for old in 0..<216 {
            for new in stride(from: 0, to: 216, by: 7) {
                let oldLayers = layers(
                    [old % 6, old / 6 % 6, old / 36].map { words[$0] }.joined(separator: " "))
                let newLayers = layers(
                    [new % 6, new / 6 % 6, new / 36].map { words[$0] }.joined(separator: " "))
                let rows = LayerAlignment.align(old: oldLayers, new: newLayers)
                #expect(rows.compactMap(\.old).sorted() == Array(oldLayers.indices))
                #expect(rows.compactMap(\.new) == Array(newLayers.indices))
                for row in rows where row.change == .same || row.change == .moved {
                    #expect(row.old.map { oldLayers[$0].diffID } == row.new.map { newLayers[$0].diffID })
                }
            }
        }
    }
}
