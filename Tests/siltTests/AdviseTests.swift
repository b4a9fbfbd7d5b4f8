import Foundation
import TestSupport
import Testing

/// What `silt advise` and `silt diff --fail-if` say.
struct AdviseTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        let base: [TarEntry] = [.directory("etc"), .file("etc/a", "1")]
        let app = String(repeating: "x", count: 3000)
        try scratch.write(
            "old.tar",
            try ImageBuilder([
                .init("RUN base", base), .init("COPY app", [.file("app", app), .file("version", "1")]),
            ]).archive(.docker25))
        try scratch.write(
            "new.tar",
            try ImageBuilder([
                .init("RUN base", base),
                .init(
                    "COPY app", [.file("app", app), .file("version", "2"), .file("tmp/\u{1b}log", "12345")]),
            ]).archive(.docker25))
    }

    @Test func `advice on a pair comes with its bytes`() throws {
        let result = try Program.run("advise", "old.tar", "new.tar", in: scratch)
        #expect(result.status == 0)
        #expect(result.errors == "")
        #expect(
            result.text.contains(
                "\n  3.0 kB     in layer 2, 2 of 3 files changed, 6 B of 3.0 kB (of a pull: about "),
            "\(result.text)")
        #expect(
            result.text.contains("\n  5 B        temporary files are left in layer 2: 1 file, 5 B\n"),
            "\(result.text)")
        #expect(
            result.text.contains("such as tmp/\\x1Blog") || result.text.contains("such as tmp/\\x1blog"),
            "\(result.text)")
    }

    @Test func `advice on one image needs no other`() throws {
        let result = try Program.run("advise", "new.tar", "--format", "json", in: scratch)
        let report = try #require(
            JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any], "\(result.errors)")
        #expect(report["old"] == nil)
        #expect((report["update"] as? [Any])?.isEmpty == true)
        let rows = try #require(report["image"] as? [[String: Any]])
        #expect(rows.map { $0["kind"] as? String } == ["leftovers"])
        #expect(rows.first?["imageBytes"] as? Int == 5)
        #expect((report["new"] as? [String: Any])?["efficiency"] as? Double == 1)
    }

    @Test func `advice goes into a ticket`() throws {
        let result = try Program.run("advise", "old.tar", "new.tar", "--format", "markdown", in: scratch)
        #expect(
            result.text.contains("| This update | of a pull | finding | remedy | such as |"), "\(result.text)"
        )
    }

    @Test func `a broken bound ends with 1 and is named`() throws {
        let result = try Program.run(
            "diff", "old.tar", "new.tar", "--fail-if", "added > 0", "--fail-if", "removed > 0", in: scratch)
        #expect(result.status == 1)
        // The file, and the directory that it is in.
        #expect(result.errors == "silt: failed: added > 0 (it is 2)\n")
        #expect(result.text.contains("2 added"), "\(result.text)")
    }

    @Test func `a bound on the package is checked against the package`() throws {
        let made = try Program.run("create", "old.tar", "new.tar", "-o", "p.silt", in: scratch)
        #expect(made.status == 0)
        let size = try #require(
            FileManager.default.attributesOfItem(atPath: scratch.path + "/p.silt")[.size] as? Int)
        let kept = try Program.run(
            "diff", "old.tar", "new.tar", "--fail-if", "delta > \(size)", in: scratch)
        #expect(kept.status == 0)
        #expect(kept.errors == "")
        let broken = try Program.run(
            "diff", "old.tar", "new.tar", "--fail-if", "delta >= \(size)B", in: scratch)
        #expect(broken.status == 1)
    }

    @Test func `a bound that is none is refused`() throws {
        let result = try Program.run("diff", "old.tar", "new.tar", "--fail-if", "size > 1", in: scratch)
        #expect(result.status == 2)
        #expect(result.errors.contains("'size > 1' is no bound"), "\(result.errors)")
    }
}
