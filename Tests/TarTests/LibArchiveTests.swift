import Tar
import TestSupport
import Testing

/// The walker's meaning is held against libarchive's: where both accept, they must agree.
struct LibArchiveTests {
    @Test func `both understand every header the same way`() throws {
        // libarchive 3.6 takes -1.25 s for a quarter of a second after -1 s; Go and Python do as we do.
        let tar = TarWalkerTests.everything.filter { $0.path != Array("negative-time".utf8) }.tar
        let walked = try Collector.walk(tar)
        let read = try LibArchive.read(tar)
        for (mine, theirs) in zip(walked.meanings, read.meanings) { #expect(mine == theirs) }
        #expect(walked.meanings.count == read.meanings.count)
        #expect(walked.contents == read.contents)
    }

    @Test(arguments: TarWalkerTests.hostile)
    func `nothing hostile has two meanings`(_ item: TarWalkerTests.Hostile) throws {
        // The walker refuses all of them; should that change, it has to agree.
        guard let walked = try? Collector.walk(item.entries.tar) else { return }
        #expect(try walked.meanings == LibArchive.read(item.entries.tar).meanings)
    }

    @Test func `a changed byte never has two meanings`() throws {
        let entries: [TarEntry] = [
            .file("dir/first", "hello").attribute("user.a", [1, 2, 3]), .symlink("link", to: "target"),
            .file(String(repeating: "g", count: 120), "x").with { $0.style = .gnu },
        ]
        let tar = entries.tar
        var agreements = 0
        var random = SplitMix64(seed: 99)
        for offset in Array(tar.indices.dropLast(1024)) + Array(tar.indices.dropLast(1024)) {
            var changed = tar
            changed[offset] ^= 1 << UInt8(random.below(8))
            // A reader that checks checksums finds everything: make them right again.
            let block = offset / 512 * 512
            if Self.isHeader(block), !(148..<156).contains(offset - block) {
                var header = Array(changed[block..<block + 512])
                TarEntry.seal(&header)
                changed.replaceSubrange(block..<block + 512, with: header)
            }
            guard let walked = try? Collector.walk(changed), let read = try? LibArchive.read(changed) else {
                continue
            }
            agreements += 1
            #expect(
                walked.meanings == read.meanings,
                "byte \(offset) of block \(block / 512), at \(offset - block)")
            #expect(walked.contents == read.contents, "byte \(offset)")
        }
        #expect(agreements > 1_000)
    }

    /// Whether a block of the archive above is a header: extension header and body, header, content, and so on.
    private static func isHeader(_ offset: Int) -> Bool { [0, 2, 4, 5, 7].contains(offset / 512) }

    @Test(arguments: [
        ("v7", false), ("ustar", false), ("oldgnu", false), ("oldgnu", true), ("gnu", false), ("gnu", true),
        ("pax", false),
        ("pax", true), ("posix", false), ("posix", true),
    ])
    func `both understand what GNU tar writes`(format: String, isSparse: Bool) throws {
        let tar = try #require(Command(named: "tar"))
        let scratch = try Scratch()
        try Self.fill(scratch, allowsLongNames: format != "v7" && format != "ustar")
        let result = try tar.run(
            ["-c", "--format=\(format)", "--sort=name", "--numeric-owner"] + (isSparse ? ["--sparse"] : [])
                + ["files"],
            folder: scratch.path)
        // What a format cannot hold, tar leaves out and says so.
        #expect(!result.output.isEmpty, "\(result.errors)")
        let walked = try Collector.walk(result.output)
        let read = try LibArchive.read(result.output)
        #expect(walked.meanings.count == read.meanings.count)
        for (mine, theirs) in zip(walked.meanings, read.meanings) { #expect(mine == theirs) }
        #expect(walked.members.contains { $0.isSparse } == isSparse)
        for index in walked.members.indices where !walked.members[index].isSparse {
            #expect(walked.contents[index] == read.contents[index])
        }
    }

    @Test(
        .enabled(if: Command(named: "python3") != nil),
        arguments: ["USTAR_FORMAT", "GNU_FORMAT", "PAX_FORMAT"])
    func `both understand what Python writes`(format: String) throws {
        let python = try #require(Command(named: "python3"))
        let scratch = try Scratch()
        try Self.fill(scratch, allowsLongNames: format != "USTAR_FORMAT")
        let program = """
            import tarfile, sys
            with tarfile.open(fileobj=sys.stdout.buffer, mode='w|', format=tarfile.\(format)) as tar:
                tar.add('files')
            """
        let result = try python.run(["-c", program], folder: scratch.path)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try Collector.walk(result.output).meanings == LibArchive.read(result.output).meanings)
    }

    private static func fill(_ scratch: Scratch, allowsLongNames: Bool) throws {
        try scratch.write("files/text", Content.text(1, 3_000))
        try scratch.write("files/empty", [])
        try scratch.write("files/übung/naïve", [1])
        try scratch.write("files/block", Content.random(1, 1024))
        if allowsLongNames {
            try scratch.write(
                "files/" + String(repeating: "l", count: 180) + "/" + String(repeating: "m", count: 190),
                [1, 2])
        } else {
            try scratch.write("files/" + String(repeating: "l", count: 80) + "/x", [1, 2])
        }
        let script = """
            set -e
            ln -s text files/link; ln files/text files/hard; mkfifo files/pipe; chmod 4755 files/block
            dd if=/dev/urandom of=files/sparse bs=4096 count=1 seek=64 2>/dev/null; truncate -s 1000000 files/sparse
            i=0; while [ $i -lt 12 ]; do
              dd if=files/text of=files/holes bs=1000 count=1 seek=$((i * 100)) conv=notrunc 2>/dev/null; i=$((i + 1))
            done
            """
        let shell = Command(path: "/bin/sh")
        let result = try shell.run(["-c", script], folder: scratch.path)
        #expect(result.status == 0, "\(result.errors)")
    }
}
