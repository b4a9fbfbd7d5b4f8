import Bytes
import Foundation
import TestSupport
import Testing

/// What `silt diff` says, on images made for one question each.
struct DiffTests {
    private let scratch: Scratch
    private let files: [TarEntry] = [.directory("etc"), .file("etc/a", "1")]

    init() throws { scratch = try Scratch() }

    /// Writes an image whose configuration holds those members beside its layers.
    private func write(_ name: String, _ layers: [[TarEntry]], config: String = "\"os\":\"linux\"") throws {
        var image = ImageBuilder(layers.enumerated().map { .init("RUN \($0.offset)", $0.element) })
        let ids = image.layers.map { "\"\($0.diffID)\"" }.joined(separator: ",")
        image.otherConfig = Array("{\(config),\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\(ids)]}}".utf8)
        try scratch.write(name, try image.archive(.docker25))
    }

    private func diff(_ options: String...) throws -> Command.Result {
        let result = try Command(path: Program.path).run(
            ["diff", "old.tar", "new.tar"] + options, folder: scratch.path)
        #expect(result.errors == "")
        return result
    }

    private func json(_ options: String...) throws -> [String: Any] {
        let result = try Command(path: Program.path).run(
            ["diff", "old.tar", "new.tar", "--format", "json"] + options, folder: scratch.path)
        return try #require(
            JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any], "\(result.errors)")
    }

    // MARK: - Configuration

    @Test func `another configuration is another image`() throws {
        let old =
            #""config":{"Env":["PATH=/bin","MODE=prod"],"Cmd":["serve"],"Labels":{"v":"1"},"User":"app"}"#
        let new = #"""
            "config":{"Env":["PATH=/bin","MODE=debug"],"Cmd":["sh"],"Labels":{"v":"2"},"User":"root",
            "ExposedPorts":{"80/tcp":{}}}
            """#
        try write("old.tar", [files], config: old)
        try write("new.tar", [files], config: new)
        let result = try diff("--exit-code")
        #expect(result.status == 1)
        for line in [
            "configuration: Cmd, Env ~1, User, ExposedPorts +1, Labels ~1", #"  ~ Cmd  ["serve"] -> ["sh"]"#,
            "  ~ Env MODE  prod -> debug", "  ~ User  app -> root", "  + ExposedPorts 80/tcp",
            "  ~ Labels v  1 -> 2", "the files are the same; the configuration is not",
        ] {
            #expect(result.text.contains("\n\(line)\n"), "\(result.text)")
        }
        let report = try json()
        #expect(report["isSame"] as? Bool == false)
        let rows = try #require(report["configuration"] as? [[String: Any]])
        #expect(
            rows.map { $0["key"] as? String } == [
                "Cmd", "Env MODE", "User", "ExposedPorts 80/tcp", "Labels v",
            ])
        #expect(rows[0]["old"] as? [String] == ["serve"] && rows[0]["change"] as? String == "changed")
        #expect(rows[3]["old"] == nil && rows[3]["significance"] as? String == "meaning")
        let markdown = try diff("--format", "markdown").text
        #expect(markdown.contains("| changed | `Env MODE` | `prod` | `debug` |"))
        #expect(try diff("--exit-code", "--ignore", "config").status == 0)
        #expect(try diff("--exit-code", "--ignore", "history,times").status == 1)
    }

    @Test func `an image that was built again differs in its times only`() throws {
        func config(_ day: Int) -> String {
            let time = "\"created\":\"2026-01-0\(day)T00:00:00Z\""
            return "\(time),\"history\":[{\(time),\"created_by\":\"a\"},{\(time),\"empty_layer\":true}]"
        }
        try write("old.tar", [files], config: config(1))
        try write("new.tar", [files], config: config(2))
        let result = try diff("--exit-code")
        #expect(result.status == 1)
        #expect(result.text.contains("configuration: created, history times ~2\n"), "\(result.text)")
        #expect(result.text.contains("  ~ history  times of 2 entries\n"), "\(result.text)")
        #expect(result.text.contains("the configuration differs only in when and how the image was made"))
        let ignoring = try diff("--exit-code", "--ignore", "times")
        #expect(ignoring.status == 0 && ignoring.text.contains("nothing differs but what was ignored"))
        #expect(try json("--ignore", "times")["isSame"] as? Bool == true)
    }

    @Test func `the same configuration in another spelling is told as that`() throws {
        try write("old.tar", [files], config: #""os":"linux","config":{"Cmd":null}"#)
        try write("new.tar", [files], config: #""config":{"Volumes":{}},"os":"linux""#)
        let result = try diff("--exit-code")
        #expect(result.status == 1 && result.text.contains("says the same in another spelling"))
        try scratch.write("new.tar", try scratch.read("old.tar"))
        let same = try diff("--exit-code")
        #expect(same.status == 0 && same.text.contains("\nthe images are the same\n"))
    }

    @Test func `layers that make the same files are not the same image`() throws {
        try write("old.tar", [files + [.file("etc/b")]])
        try write("new.tar", [files, [.file("etc/b")]])
        let result = try diff("--exit-code")
        #expect(result.status == 1 && result.text.contains("the layers hold the files in another way"))
    }

    // MARK: - Foreign layers

    @Test func `foreign layers that differ are no all-clear, and have no costs`() throws {
        try scratch.write("old.tar", LayoutBuilder.foreign("base", "1"))
        try scratch.write("new.tar", LayoutBuilder.foreign("other", "1"))
        let text = try diff().text
        for line in [
            "             foreign: not in the image, at https://example.org/base",
            "layers that cannot be compared differ; all other files are the same, and so is the configuration",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(text)")
        }
        #expect(try diff("--exit-code", "--ignore", "times").status == 1)
        #expect(try diff("--summary", "--exit-code", "--ignore", "times").status == 1)
        for bound in ["changed > 0", "removed < 0", "wasted > 1MB"] {
            let untold = try Program.run("diff", "old.tar", "new.tar", "--fail-if", bound, in: scratch)
            #expect(untold.status == 1)
            #expect(
                untold.errors.contains(
                    "\(bound) (nobody can tell: not read is layer 1 of the old image, foreign"),
                "\(untold.errors)")
        }
        let markdown = try diff("--format", "markdown").text
        #expect(markdown.contains("\n- Layer 1: `foreign: not in the image, at https://example.org/base`"))
        let summary = try diff("--summary").text
        for side in ["old", "new"] {
            #expect(summary.contains("not read: layer 1 of the \(side) image, foreign: not in the image"))
        }
        try scratch.write("new.tar", LayoutBuilder.foreign("other", "2"))
        #expect(try diff().text.contains("unchanged; and layers differ that cannot be compared\n"))
        for option in ["--costs", "--guess"] {
            let refused = try Program.run("diff", "old.tar", "new.tar", option, in: scratch)
            #expect(refused.status == 2 && refused.text == "")
            #expect(refused.errors.contains("its foreign layer 1 is not in it, nor is it in the old image"))
        }
    }

    @Test func `a foreign layer that one image alone holds is compared all the same`() throws {
        try scratch.write("old.tar", LayoutBuilder.foreign("base", "1"))
        try scratch.write("new.tar", LayoutBuilder.foreign("base", "1", holdsBase: true))
        for (old, new) in [("old.tar", "new.tar"), ("new.tar", "old.tar")] {
            let text = try Program.run("diff", old, new, in: scratch).text
            #expect(text.contains("\nthe images are the same\n"), "\(text)")
            #expect(text.contains("\n  = 4 B -> 4 B            Files/base.dll"), "\(text)")
        }
    }

    // MARK: - Metadata

    @Test func `what layers for Windows tell of files is compared`() throws {
        func files(_ value: UInt8) -> [TarEntry] {
            [
                .directory("Files"),
                .file("Files/a").with {
                    $0.records = [
                        ("LIBARCHIVE.creationtime", [0x31, value]), ("MSWINDOWS.fileattr", [0x33, 0x32]),
                        ("MSWINDOWS.rawsd", [0x41, value]),
                    ]
                },
                // No engine makes anything of that elsewhere.
                .file("Files/b").with { $0.records = [("LIBARCHIVE.creationtime", [0x31, value])] },
            ]
        }
        try write("old.tar", [files(0x32)])
        try write("new.tar", [files(0x33)])
        #expect(
            try diff("--changed-only").text.hasSuffix(
                "  * 0 B -> 0 B            Files/a  (attribute LIBARCHIVE.creationtime, attribute MSWINDOWS.rawsd)\n"
            ))
        #expect(try diff("--exit-code", "--ignore", "xattrs").status == 0)
    }

    private func writeMetadataPair() throws {
        try write(
            "old.tar",
            [
                [
                    .directory("./"), .file("mode"), .file("owner"), .file("time"), .symlink("link", to: "a"),
                    .file("attribute").attribute("user.a", [0x31]), .file("content", "1"), .file("type"),
                    TarEntry("device", flag: "3").with { $0.deviceMajor = 1 },
                ]
            ])
        try write(
            "new.tar",
            [
                [
                    .directory("./").with { $0.mode = 0o700 }, .file("mode").with { $0.mode = 0o4755 },
                    .file("owner").with { $0.uid = 7 }, .file("time").with { $0.modified += 1 },
                    .symlink("link", to: "b\\"), .file("attribute").attribute("user.b", [0xff]),
                    .file("content", "2").with {
                        $0.mode = 0o600
                        $0.modified += 1
                    },
                    .symlink("type", to: "x").with { $0.mode = 0o644 },
                    TarEntry("device", flag: "3").with { $0.deviceMajor = 8 },
                ]
            ])
    }

    @Test func `what of the metadata differs is told, the root included`() throws {
        try writeMetadataPair()
        let text = try diff("--changed-only").text
        for line in [
            "/  (mode 0755 -> 0700)", "attribute  (attribute user.a, attribute user.b)",
            "content  (mode 0644 -> 0600)", "device  (device 1:0 -> 8:0)", #"link  (link target a -> b\\)"#,
            "mode  (mode 0644 -> 4755)", "owner  (owner 0:0 -> 7:0)", "time  (time)",
            "type  (file -> symlink, link target x)",
        ] {
            #expect(text.contains(" \(line)\n") || text.hasSuffix(" \(line)\n"), "\(line) in \(text)")
        }
        let files = try #require(try json("--changed-only")["files"] as? [[String: Any]])
        #expect(
            files.map { $0["path"] as? String } == [
                "/", "attribute", "content", "device", "link", "mode", "owner", "time", "type",
            ])
        func metadata(_ index: Int) -> [[String: String]]? { files[index]["metadata"] as? [[String: String]] }
        #expect(metadata(0) == [["field": "mode", "old": "0755", "new": "0700"]])
        #expect(
            metadata(1) == [
                ["field": "attribute", "name": "user.a", "old": "1"],
                ["field": "attribute", "name": "user.b", "new": #"\xff"#],
            ])
        #expect(metadata(2)?.map { $0["field"] } == ["mode", "time"])
        #expect(
            metadata(7) == [["field": "time", "old": "2025-10-09T08:53:20Z", "new": "2025-10-09T08:53:21Z"]])
        #expect(files[8]["oldType"] as? String == "file" && files[8]["type"] as? String == "symlink")
    }

    @Test func `what does not matter is left out, and said to be`() throws {
        try writeMetadataPair()
        let text = try diff("--changed-only", "--ignore", "mode,owner", "--ignore", "times").text
        #expect(text.contains("\nignored  times, mode, owner\n"), "\(text)")
        #expect(text.contains("files: 0 added, 0 removed, 2 modified, 3 metadata"), "\(text)")
        #expect(!text.contains("owner  (") && !text.contains("mode 0644"))
        let all = "times,mode,owner,xattrs,links,devices"
        #expect(try diff("--ignore", all, "--exit-code").status == 1)
        let paths = ["--ignore-path", "/content", "--ignore-path", "t?pe"]
        let result = try Command(path: Program.path).run(
            ["diff", "old.tar", "new.tar", "--exit-code", "--ignore", all] + paths, folder: scratch.path)
        #expect(result.status == 0, "\(result.text)\(result.errors)")
        #expect(result.text.contains("ignored  times, mode, owner, xattrs, links, devices, /content, t?pe\n"))
        let ignored = try #require(
            try json("--ignore", "times", "--ignore-path", "x/**")["ignored"] as? [String: Any])
        #expect(ignored["parts"] as? [String] == ["times"] && ignored["paths"] as? [String] == ["x/**"])
        let wrong = try Command(path: Program.path).run(
            ["diff", "old.tar", "new.tar", "--ignore", "times,colour"], folder: scratch.path)
        #expect(
            wrong.status == 2 && wrong.errors.contains("'colour' cannot be ignored; what can: times, mode"))
        let open = try Command(path: Program.path).run(
            ["diff", "old.tar", "new.tar", "--ignore-path", "[a"], folder: scratch.path)
        #expect(open.status == 2 && open.errors.contains("'[a' is no pattern"))
    }

    @Test func `each layer has its own list`() throws {
        let base: [TarEntry] = [.directory("d"), .file("d/a", "1"), .file("d/b", "1")]
        try write("old.tar", [base, [.file("d/a", "2")]])
        try write("new.tar", [base, [.file("d/a", "3"), .file("d/.wh.b")], [.file("d/a", "2")]])
        let report = try json()
        let layers = try #require(report["layers"] as? [[String: Any]])
        let lists = layers.map { layer in
            (layer["files"] as? [[String: Any]] ?? []).map {
                "\($0["change"] ?? "") \($0["path"] ?? "") \($0["type"] ?? "")"
            }
        }
        #expect(lists == [[], ["added d/a file", "added d/b whiteout"], []], "\(lists)")
        // In the whole image only what is left counts.
        let files = try #require(report["files"] as? [[String: Any]])
        #expect(
            files.filter { $0["change"] as? String != "unchanged" }.map { $0["path"] as? String } == ["d/b"])
    }

    // MARK: - Names

    @Test func `whatever names hold, output is safe and Markdown shows them as they are`() throws {
        let names = [
            "a|b", "`tick`", "<b>", "[x](y)", "@user", "-dash", "*b*", "a\\b", "n\nl", "c\u{9b}31m",
            "b\u{202e}i",
            " s ", "nb\u{a0}sp", "\u{301}m", "z\u{200b}w",
        ]
        try write(
            "old.tar", [[.file("x")]],
            config:
                #""config":{"Labels":{"\u001b[31m|`":"\u009b\u202e<b>","n\n":"1"}},"history":[{"created_by":"\u001bx"}]"#
        )
        try write("new.tar", [names.map { .file($0) }])
        for format in ["text", "json", "markdown"] {
            let text = try diff("--format", format).text
            #expect(
                text.unicodeScalars.allSatisfy {
                    $0 == "\n"
                        || ![.control, .format, .lineSeparator].contains($0.properties.generalCategory)
                            && $0 != "\u{a0}" && $0 != "\u{301}"
                }, "\(format)")
        }
        let markdown = try diff("--format", "markdown").text
        for cell in [
            #"`a\|b`"#, "`` `tick` ``", "`<b>`", "`[x](y)`", "`@user`", "`-dash`", #"`a\\b`"#,
            #"`n\x0al`"#,
            #"`c\xc2\x9b31m`"#, #"`\x20s\x20`"#, #"`` Labels \x1b[31m\|` ``"#,
        ] {
            #expect(markdown.contains("| \(cell) |"), "\(cell) in \(markdown)")
        }
        let report = try json()
        let settings = try #require(report["configuration"] as? [[String: Any]])
        #expect(settings.contains { $0["old"] as? String == "\u{9b}\u{202e}<b>" })
        let paths = Set((report["files"] as? [[String: Any]] ?? []).compactMap { $0["path"] as? String })
        #expect(paths.count == names.count + 1)
    }

    @Test func `file names from the command line are escaped wherever they are shown`() throws {
        let name = "o\u{1b}[31m\u{202e}\\.tar"
        let shown = #"o\x1b[31m\xe2\x80\xae\\.tar"#
        // A folder without names, so that its own name is what is shown.
        _ = try ImageBuilder([.init("", files)]).save(.dirFolder, to: name, in: scratch)
        let text = try Program.run("diff", name, name, in: scratch).text
        #expect(text.contains("old  \(shown)  "), "\(text)")
        #expect(
            try Program.run("diff", name, name, "--format", "markdown", in: scratch).text.contains(
                "`\(shown)`"))
        let made = try Program.run("create", name, name, "-o", "\u{1b}d\\", "--level", "fast", in: scratch)
        #expect(made.text.hasPrefix(#"\x1bd\\: "#), "\(made.errors)")
        let verified = try Program.run("verify", "\u{1b}d\\", "--old", name, in: scratch)
        #expect(verified.text.hasPrefix(#"\x1bd\\: makes "#) && verified.text.hasSuffix("of '\(shown)'\n"))
        for arguments in [
            ["diff", "no\u{1b}\u{9b}", "x"], ["diff", "a", "b", "--\u{1b}\u{9b}"],
            ["ls", "\u{1b}", "\u{9b}"],
        ] {
            let result = try Command(path: Program.path).run(arguments, folder: scratch.path)
            #expect(result.status != 0)
            #expect(
                result.errors.unicodeScalars.allSatisfy {
                    $0 == "\n" || $0.properties.generalCategory != .control
                })
        }
    }
}
