import Foundation
import TestSupport
import Testing

/// What `silt routes` says.
struct RoutesTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        var random = SplitMix64(seed: 1)
        let content = (0..<60_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        var edited = content
        edited[30_000] ^= 1
        let base: [TarEntry] = [.directory("etc"), .file("etc/a", "1")]
        func image(_ name: String, _ content: [UInt8]) throws {
            let image = ImageBuilder(
                [
                    .init("RUN base", base),
                    .init("COPY app", [.file("app", content), .file("same", content)]),
                ],
                name: "app:<b>|x")
            try scratch.write(name, try image.archive(.docker25))
        }
        try image("old.tar", content)
        try image("new.tar", edited)
    }

    private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

    @Test func `every route is told, and one is recommended`() throws {
        let result = try Program.run(
            "routes", "old.tar", "new.tar", "--link", "256kbit/s,600ms,0.5EUR/MB", "--every", "week",
            "--devices", "200",
            in: scratch)
        #expect(result.status == 0)
        #expect(result.errors == "")
        let lines = lines(result.text)
        #expect(lines[2] == "over 256 kbit/s, 600 ms, 0.5 EUR/MB; 200 devices, every week")
        for title in [
            "registry pull", "pull, better layers", "delta, fast", "delta, default", "delta, best",
            "file store", "chunk store",
            "block delta", "archive, gzip -6", "archive, zstd -19",
        ] {
            #expect(lines.count { $0.hasPrefix(title + " ") } == 2, "\(title): \(result.text)")
        }
        #expect(lines.contains { $0.hasPrefix("take ") }, "\(result.text)")
        #expect(lines.contains { $0.contains("EUR a month") && $0.contains("EUR a year") })
    }

    @Test func `scripts get every figure with its bounds`() throws {
        let result = try Program.run(
            "routes", "old.tar", "new.tar", "--format", "json", "--link", "8Mbit/s,2USD/MB", "--exact",
            "fast,best",
            "--needs", "digests,offline", "--pick", "/app", in: scratch)
        let report = try #require(
            JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any], "\(result.errors)")
        let routes = try #require(report["routes"] as? [[String: Any]])
        let byName = Dictionary(uniqueKeysWithValues: routes.map { ($0["route"] as? String ?? "", $0) })
        #expect(byName.count == 11)
        #expect(byName["delta-fast"]?["isExact"] as? Bool == true)
        #expect(byName["delta-default"]?["isExact"] as? Bool == false)
        #expect(byName["delta-fast"]?["makingSeconds"] is Double)
        #expect(byName["chunk-store"]?["makingSeconds"] == nil)
        #expect(byName["delta-picked"]?["keepsDigests"] as? Bool == false)
        #expect(byName["pull"]?["ofPull"] as? Double == 1)
        for row in routes {
            let bytes = try #require(row["bytes"] as? Int)
            let cost = try #require((row["cost"] as? [String: Any])?["each"] as? Double)
            #expect(abs(cost - Double(bytes) * 2 / 1e6) < 1e-9)
            #expect(
                try #require(row["bytesLow"] as? Int) <= bytes
                    && bytes <= (try #require(row["bytesHigh"] as? Int)))
        }
        let made = try Program.run(
            "create", "old.tar", "new.tar", "-o", "p.silt", "--level", "fast", in: scratch)
        #expect(made.status == 0)
        #expect(byName["delta-fast"]?["bytes"] as? Int == (try scratch.read("p.silt")).count)
        let told = try #require(report["recommendation"] as? [String: Any])
        #expect(["block-delta", "delta-fast", "delta-default"].contains(told["route"] as? String))
        #expect(told["needs"] as? [String] == ["digests", "offline"])
        #expect((report["link"] as? [String: Any])?["currency"] as? String == "USD")
        // Of the levels that were made: how many receivers, how slow a link, and against a pull.
        let pays = try #require(report["pays"] as? [[String: Any]])
        // Times that differ by less than can be measured here say nothing of receivers.
        let verdicts = pays.map { "\($0["route"] ?? "") \($0["against"] ?? "") \($0["when"] ?? "")" }
        #expect(verdicts.last?.contains(" pull ") == true && verdicts.count <= 3, "\(verdicts)")
        #expect(verdicts.dropLast().allSatisfy { $0.hasPrefix("delta-best delta-fast ") }, "\(verdicts)")
        for pay in pays {
            let when = try #require(pay["when"] as? String)
            #expect((pay["receivers"] is Int) == (when == "receivers"))
            #expect((pay["slowerThanBitsPerSecond"] is Double) == (when == "slower-link"))
            #expect((pay["text"] as? String)?.contains("against") == true)
        }
    }

    @Test func `what is odd about picks is told to scripts as it is to people`() throws {
        func image(_ name: String, _ content: String) throws {
            let files: [TarEntry] = [.file("a", content), .hardLink("b", to: "a"), .file("c", content)]
            try scratch.write(name, try ImageBuilder([.init("RUN files", files)]).archive(.docker25))
        }
        try image("before.tar", "1")
        try image("after.tar", "22")
        let result = try Program.run(
            "routes", "before.tar", "after.tar", "--format", "json", "--pick", "/*", "--skip", "/b", "--pick",
            "/none", in: scratch)
        let report = try #require(
            JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any], "\(result.errors)")
        let warnings = try #require(report["warnings"] as? [String])
        #expect(warnings.contains { $0.hasPrefix("/b is taken although '/b' leaves it out") }, "\(warnings)")
        #expect(warnings.contains("no change matches '/none'"), "\(warnings)")
        #expect(result.errors == warnings.map { "silt: warning: \($0)\n" }.joined())
        let plain = try Program.run("routes", "before.tar", "after.tar", "--format", "json", in: scratch)
        let without = try JSONSerialization.jsonObject(with: Data(plain.output)) as? [String: Any]
        #expect((without?["warnings"] as? [String])?.isEmpty == true)
    }

    @Test func `names from images cannot become markup`() throws {
        for (format, quoted) in [("html", "app:&lt;b&gt;|x"), ("markdown", "`app:<b>\\|x`")] {
            let result = try Program.run(
                "routes", "old.tar", "new.tar", "--format", format, "--chart", "c.svg", in: scratch)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.text.contains(quoted), "\(result.text)")
            let chart = String(decoding: try scratch.read("c.svg"), as: UTF8.self)
            #expect(chart.hasPrefix("<svg ") && chart.contains("&lt;b&gt;") && !chart.contains("<b>"))
            #expect(chart.contains("delta, best"))
        }
    }

    @Test func `links are the user's own, too, and what is none is told`() throws {
        try scratch.makeFolder("silt")
        try scratch.write("silt/config", Array("links.mast = 9600bit/s, 2s, 8EUR/MB\nlink = mast\n".utf8))
        let own = try Program.run("routes", "old.tar", "new.tar", in: scratch)
        #expect(
            own.text.contains("over mast: 9.6 kbit/s, 2000 ms, 8 EUR/MB; 1 device"),
            "\(own.text) \(own.errors)")
        let none = try Program.run("routes", "old.tar", "new.tar", "--link", "gms", in: scratch)
        #expect(none.status == 2)
        #expect(
            none.errors.contains(
                "no link has that name; there are gsm, satellite, 3g, dsl, lte, fibre, mast"),
            "\(none.errors)")
        try scratch.write("silt/config", Array("\nlinks.mast = fast\n".utf8))
        let bad = try Program.run("routes", "old.tar", "new.tar", in: scratch)
        #expect(bad.status == 2)
        #expect(bad.errors.contains("line 2: 'fast' in the link 'fast' is no rate"), "\(bad.errors)")
    }

    @Test func `the README's example is what is said of the example images`() throws {
        #expect(try Program.run("demo", "--no-explore", "--dir", ".", "--force", in: scratch).status == 0)
        let readme = try String(
            contentsOf: URL(filePath: "\(#filePath)/../../../README.md").standardizedFileURL, encoding: .utf8)
        let example = lines(readme).drop { !$0.hasPrefix("    $ silt routes ") }.prefix {
            $0.hasPrefix("    ")
        }
        let command = try #require(example.first).split(separator: " ").dropFirst(2).map(String.init)
        let said = lines(try Command(path: Program.path).run(command, folder: scratch.path).text)
        #expect(example.count > 5)
        for line in example.dropFirst().map({ $0.dropFirst(4) }) where line != "..." {
            #expect(said.contains(String(line)), "\(line)\n\(said.joined(separator: "\n"))")
        }
    }

    @Test func `of a bound that a guess breaks it is told that it is one`() throws {
        func broken(_ options: String...) throws -> String {
            try Command(path: Program.path).run(
                ["diff", "old.tar", "new.tar", "--fail-if", "delta > 1"] + options, folder: scratch.path
            ).errors
        }
        #expect(try broken("--guess").contains("a guess: "))
        #expect(try broken("--guess").hasPrefix("silt: failed: delta > 1 (it is about "))
        let exact = try broken()
        #expect(exact.hasPrefix("silt: failed: delta > 1 (it is ") && !exact.contains("about"), "\(exact)")
    }

    @Test func `a bound that breaks ends with 1 after the report`() throws {
        let result = try Program.run("routes", "old.tar", "new.tar", "--fail-if", "pull > 1kB", in: scratch)
        #expect(result.status == 1)
        #expect(result.errors.hasPrefix("silt: failed: pull > 1kB (it is "), "\(result.errors)")
        #expect(result.text.contains("archive, zstd -19"))
    }

    @Test(arguments: [
        ["--every", "fortnight"], ["--devices", "0"], ["--needs", "speed"], ["--exact", "slow"],
    ])
    func `wrong options are told before anything is read`(options: [String]) throws {
        let result = try Command(path: Program.path).run(
            ["routes", "nothing.tar", "nothing.tar"] + options, input: [], folder: scratch.path,
            environment: [:])
        #expect(result.status == 2)
        #expect(result.errors.contains(options[1]) || result.errors.contains(options[0]), "\(result.errors)")
    }
}
