import Bytes
import Foundation
import Hashing
import TestSupport
import Testing

/// What `silt ls`, `silt layers` and `silt verify` print for scripts.
struct ListTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func json(_ arguments: String...) throws -> [String: Any] {
        let result = try Command(path: Program.path).run(
            arguments + ["--format", "json"], folder: scratch.path)
        return try #require(
            JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any], "\(result.errors)")
    }

    @Test func `files and layers are told as JSON`() throws {
        let image = ImageBuilder([
            .init(
                "RUN a\\b\u{1b}", [.directory("./"), .file("d/a\\\u{1}", "12"), .symlink("l", to: "x\u{9b}")]),
            .init(
                "",
                [
                    TarEntry("dev", flag: "4").with {
                        ($0.deviceMajor, $0.deviceMinor, $0.uid, $0.mode) = (8, 1, 5, 0o4700)
                    }.attribute("user.x", [0])
                ]),
        ])
        try scratch.write("i.tar", try image.archive(.docker25, .gzip(6)))
        let list = try json("ls", "i.tar")
        let files = try #require(list["files"] as? [[String: Any]])
        #expect(files.map { $0["path"] as? String } == ["/", "d", #"d/a\\\x01"#, "dev", "l"])
        #expect(files[0]["mode"] as? String == "0755" && files[0]["type"] as? String == "directory")
        // The directory has no entry of its own.
        #expect(files[1]["mode"] == nil && files[1]["type"] as? String == "directory")
        #expect(files[2]["pathHex"] as? String == "642f615c01" && files[2]["bytes"] as? Int == 2)
        #expect(files[2]["modified"] as? String == "2025-10-09T08:53:20Z" && files[2]["digest"] != nil)
        #expect(files[3]["device"] as? String == "8:1" && files[3]["mode"] as? String == "4700")
        #expect(files[3]["uid"] as? Int == 5 && files[3]["layer"] as? Int == 2)
        #expect(files[3]["attributes"] as? [[String: String]] == [["name": "user.x", "value": #"\x00"#]])
        #expect(
            files[4]["linkTarget"] as? String == #"x\xc2\x9b"#
                && files[4]["linkTargetHex"] as? String == "78c29b")
        #expect((list["image"] as? [String: Any])?["imageID"] as? String == "\(image.imageID)")
        #expect(try json("ls", "i.tar", "--layer", "2")["files"] as? [[String: Any]] != nil)

        let layers = try #require(try json("layers", "i.tar")["layers"] as? [[String: Any]])
        #expect(layers.map { $0["diffID"] as? String } == image.layers.map { "\($0.diffID)" })
        #expect(
            layers[0]["createdBy"] as? String == "RUN a\\b\u{1b}"
                && layers[0]["compression"] as? String == "gzip")
        #expect(layers[0]["entries"] as? Int == 3 && layers[0]["layer"] as? Int == 1)
        let text = try Program.run("ls", "i.tar", in: scratch).text
        #expect(text.hasPrefix("drwxr-xr-x  0:0         0 B       /\nd?????????  d\n"), "\(text)")
        #expect(
            text.contains(#"d/a\\\x01"#) && text.contains("brws------  5:0         8:1       dev\n"),
            "\(text)")
    }

    @Test func `what was verified is told as JSON`() throws {
        try scratch.write("old.tar", try SampleImages.old.archive(.docker25))
        let new = try SampleImages.new.archive(.docker25)
        try scratch.write("new.tar", new)
        #expect(
            try Program.run("create", "old.tar", "new.tar", "-o", "d.silt", "--level", "fast", in: scratch)
                .status == 0)
        let checked = try json("verify", "d.silt")
        #expect(checked["package"] as? String == "d.silt" && checked["makes"] == nil)
        #expect((checked["blobs"] as? Int ?? 0) > 2)
        let proved = try json("verify", "d.silt", "--old", "old.tar")
        #expect(proved["makes"] as? String == "\(Digest.of(new))" && proved["old"] as? String == "old.tar")
        #expect((try json("inspect", "d.silt")["deltas"] as? [[String: Any]])?.count == 1)
    }
}
