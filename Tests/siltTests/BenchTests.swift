import Foundation
import TestSupport
import Testing

/// What `silt bench` says.
struct BenchTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        for (name, version) in [("old.tar", "1"), ("new.tar", "2")] {
            let image = ImageBuilder([.init("COPY", [.file("version", version), .file("same", "same")])])
            try scratch.write(name, try image.archive(.docker25))
        }
    }

    @Test func `every level is made, applied and compared`() throws {
        let result = try Program.run(
            "bench", "old.tar", "new.tar", "--peers", "none", "--format", "json", in: scratch)
        let report = try #require(
            JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any], "\(result.errors)")
        let rows = try #require(report["rows"] as? [[String: Any]])
        #expect(rows.map { $0["name"] as? String } == ["silt fast", "silt default", "silt best"])
        for row in rows {
            #expect(row["result"] as? String == "identical")
            #expect(try #require(row["bytes"] as? Int) > 0)
            #expect(try #require(row["makingMemory"] as? Int) > 1_000_000)
            #expect(row["applyingSeconds"] is Double)
        }
        let made = try Program.run("create", "old.tar", "new.tar", "-o", "p.silt", in: scratch)
        #expect(made.status == 0)
        #expect(rows[1]["bytes"] as? Int == (try scratch.read("p.silt")).count)
        #expect(
            rows[0]["commands"] as? [String] == [
                "silt create OLD NEW -o DELTA --level fast --no-check --force"
            ])
        #expect(report["newBytes"] as? Int == (try scratch.read("new.tar")).count)
    }

    @Test func `an archive that is compressed as a whole is checked by apply`() throws {
        let image = ImageBuilder([.init("COPY", [.file("version", "3")])])
        try scratch.write("packed.tar.gz", try image.archive(.docker25, outer: .gzip(6)))
        let result = try Program.run("bench", "old.tar", "packed.tar.gz", "--peers", "none", in: scratch)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.text.contains("checked"), "\(result.text)")
    }

    @Test func `a history grows by a line each time, and is drawn`() throws {
        for _ in 0..<2 {
            let result = try Program.run(
                "bench", "old.tar", "new.tar", "--peers", "none", "--history", "h.jsonl", "--chart", "c.svg",
                in: scratch)
            #expect(result.status == 0, "\(result.errors)")
        }
        #expect(
            String(decoding: try scratch.read("h.jsonl"), as: UTF8.self).split(separator: "\n").count == 2)
        #expect(String(decoding: try scratch.read("c.svg"), as: UTF8.self).contains("silt default"))
        let drawn = try Program.run("bench", "--history", "h.jsonl", "--chart", "h.svg", in: scratch)
        let lines = drawn.text.split(separator: "\n")
        #expect(lines.count == 3, "\(drawn.text) \(drawn.errors)")
        #expect(lines[1].hasSuffix(" ########################"))
        #expect(String(decoding: try scratch.read("h.svg"), as: UTF8.self).contains("new.tar"))
        let table = try Program.run("bench", "--history", "h.jsonl", "--format", "markdown", in: scratch)
        #expect(table.text.contains("| `new.tar` |"), "\(table.text)")
        try scratch.write("h.jsonl", try scratch.read("h.jsonl") + Array("{}\n".utf8))
        let damaged = try Program.run("bench", "--history", "h.jsonl", in: scratch)
        #expect(damaged.status == 2)
        #expect(damaged.errors == "silt: 'h.jsonl' line 3 is nothing that bench --history has written\n")
    }

    @Test func `a package that cannot be made is told in its row`() throws {
        try scratch.write("none.tar", Array("nothing".utf8))
        let result = try Program.run("bench", "old.tar", "none.tar", "--peers", "none", in: scratch)
        #expect(result.status == 0)
        #expect(result.text.contains("ended with 2"), "\(result.text)")
    }

    @Test(arguments: [
        ["old.tar"], ["old.tar", "-"], [], ["old.tar", "new.tar", "--peers", "diff"],
        ["old.tar", "missing.tar"],
    ])
    func `wrong arguments are told`(arguments: [String]) throws {
        let result = try Command(path: Program.path).run(
            ["bench"] + arguments, input: [], folder: scratch.path, environment: [:])
        #expect(result.status == (arguments.last == "missing.tar" ? 4 : 2), "\(result.errors)")
    }
}
