import Foundation
import TestSupport
import Testing

/// What `silt diff --summary` says of a pair of images made for it.
struct SummaryTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        try scratch.write("old.tar", try Self.image("1.0-1", isNew: false).archive(.docker25))
        try scratch.write("new.tar", try Self.image("1.1-1", isNew: true).archive(.docker25))
    }

    private static func image(_ version: String, isNew: Bool) -> ImageBuilder {
        let status = "Package: tool\nArchitecture: amd64\nVersion: \(version)\nStatus: install ok installed\n"
        let base: [TarEntry] = [
            .file("etc/shadow", isNew ? "root:!:1" : "root:*:1"), .file("var/lib/dpkg/status", status),
            .file("var/lib/dpkg/info/tool.list", "/.\n/usr/bin/tool\n/usr/share/tool/text\n"),
            .file("usr/bin/tool", String(repeating: isNew ? "new " : "old ", count: 500)).with {
                $0.mode = isNew ? 0o4755 : 0o755
            },
            .file("usr/share/tool/text", String(repeating: "the same ", count: 500)),
        ]
        let app: [TarEntry] = [
            .file("srv/app/index.js", isNew ? "let a = 2\n" : "let a = 1\n"),
            .file(
                "srv/app/node_modules/left/package.json",
                #"{"name":"left","version":"\#(isNew ? 2 : 1).0.0"}"#),
            .file("srv/app/|odd`\u{1b}name", isNew ? "1" : "2"),
        ]
        let key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n"
        var layers: [ImageBuilder.Layer] = [.init("ADD base", base), .init("COPY app", app)]
        if isNew {
            layers.append(.init("COPY key", [.file("srv/key", key)]))
            layers.append(.init("RUN rm /srv/key", [.file("srv/.wh.key", "")]))
        }
        return ImageBuilder(layers)
    }

    private func summary(_ options: String...) throws -> Command.Result {
        try Command(path: Program.path).run(
            ["diff", "old.tar", "new.tar", "--summary"] + options, folder: scratch.path)
    }

    @Test(arguments: ["text", "markdown", "json"]) func `a summary is the same as it was`(_ format: String)
        throws
    {
        let result = try summary("--format", format)
        #expect(result.errors == "" && result.status == 0)
        #expect(try expectOutput(result.text, "summary.\(format)") == result.text)
    }

    @Test func `costs add up to the package`() throws {
        let result = try summary("--costs", "--format", "json")
        let report = try #require(
            JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any], "\(result.errors)")
        func cost(_ value: Any?) -> Int { (value as? [String: Any])?["patchBytes"] as? Int ?? 0 }
        let layers = (report["layers"] as? [[String: Any]] ?? []).reduce(0) { $0 + cost($1["share"]) }
        let documents = try #require(report["documentBytes"] as? Int)
        #expect(layers + documents == report["packageBytes"] as? Int)
        let packages = (report["packages"] as? [[String: Any]] ?? []).reduce(0) { $0 + cost($1["share"]) }
        #expect(packages > 0)
        #expect(packages + cost(report["unpackaged"]) == cost(report["total"]))
    }

    @Test func `guesses are marked, and how far they may be off is told`() throws {
        func object(_ options: String...) throws -> [String: Any] {
            let result = try Command(path: Program.path).run(
                ["diff", "old.tar", "new.tar", "--guess", "--format", "json"] + options, folder: scratch.path)
            return try #require(
                JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any], "\(result.errors)")
        }
        for report in [try object(), try object("--summary")] {
            let bytes = try #require(report["packageBytes"] as? Int)
            let low = try #require(report["packageBytesLow"] as? Int)
            let high = try #require(report["packageBytesHigh"] as? Int)
            #expect(low <= bytes && bytes <= high && low < high)
        }
        for options in [["--summary"], ["--summary", "--format", "markdown"], [], ["--format", "markdown"]] {
            let guessed = try Command(path: Program.path).run(
                ["diff", "old.tar", "new.tar", "--guess"] + options, folder: scratch.path
            ).text
            let package = guessed.split(separator: "\n").first { $0.lowercased().contains("package") }
            #expect(package?.contains("~") == true, "\(guessed)")
            #expect(package?.contains(" to ") == true || package?.contains("%") == true, "\(guessed)")
            let exact = try Command(path: Program.path).run(
                ["diff", "old.tar", "new.tar", "--costs"] + options, folder: scratch.path
            ).text
            // Of what is made, only markers of changes are such signs.
            #expect(exact.split(separator: "~").allSatisfy { $0.first?.isNumber != true }, "\(exact)")
        }
    }

    @Test func `paths of which only metadata changed are counted`() throws {
        for (name, mode) in [("old.tar", UInt64(0o644)), ("new.tar", 0o755)] {
            let entries = ["a", "b"].map { TarEntry.file($0, "x").with { $0.mode = mode } }
            let image = ImageBuilder([.init("COPY", entries + [.file("c", name)])])
            try scratch.write(name, try image.archive(.docker25))
        }
        let text = try summary().text
        #expect(text.contains("\n  0 B       2 paths     metadata\n"), "\(text)")
    }

    @Test func `it tells that something differs, and refuses what it could not obey`() throws {
        #expect(try summary("--exit-code").status == 1)
        #expect(try summary("--changed-only").status == 2)
    }
}
