import Bytes
import Foundation
import Glibc
import Hashing
import TestSupport
import Testing

struct ProgramTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        try scratch.write("old.tar", try SampleImages.old.archive(.docker25))
        try scratch.write("new.tar", try SampleImages.new.archive(.docker25))
    }

    /// A run of the program and how it ends.
    struct Case: Sendable, CustomTestStringConvertible {
        let arguments: String
        let status: Int32
        /// What the one line on standard error must hold.
        let mentions: [String]

        init(_ arguments: String, _ status: Int32, _ mentions: String...) {
            self.arguments = arguments
            self.status = status
            self.mentions = mentions
        }

        var testDescription: String { arguments }
    }

    @Test(arguments: [
        Case("diff old.tar", 2, "Missing expected argument '<new>'"),
        Case("diff - -", 2, "only one image can come from standard input"),
        Case("diff old.tar new.tar --jobs 0", 2, "--jobs"),
        Case("diff old.tar new.tar --format xml", 2, "xml"),
        Case("diff old.tar new.tar --frobnicate", 2, "--frobnicate"),
        Case("create old.tar new.tar", 2, "--output"),
        Case("diff old.tar text", 2, "silt: 'text' is not an image archive"),
        Case("diff empty new.tar", 2, "silt: 'empty' is not an image archive", "empty"),
        Case(
            "diff old.tar new.tar --image other", 2, "silt: 'old.tar' holds no image 'other'",
            "example.org/app:1"),
        Case("diff old.tar new.tar --platform linux/arm64", 2, "linux/arm64", "linux/amd64"),
        Case("apply old.tar new.tar -o out", 2, "silt: 'new.tar' is not a delta package"),
        Case("--nope", 2, "Unknown option '--nope'"), Case("-z", 2, "Unknown option '-z'"),
        Case("create old.tar", 2, "Missing expected argument '<new>'"),
        Case("diff old.tar --exit-cod", 2, "Unknown option '--exit-cod'. Did you mean '--exit-code'?"),
        Case("create --nope", 2, "Unknown option '--nope'"),
        Case("bench --nope", 2, "Unknown option '--nope'"),
        Case("bench old.tar - --nope", 2, "Unknown option '--nope'"),
        Case("bench old.tar", 2, "bench takes two archives, or --history alone"),
        Case("bench old.tar -", 2, "none can come from standard input"),
        Case("create old.tar new.tar --nope", 2, "Unknown option '--nope'"),
        Case("create old.tar new.tar -o -", 2, "a package is written to a file"),
        Case("inspect twice.silt.gz", 2, "'twice.silt.gz' is not a delta package: it is compressed twice"),
        Case("apply old.tar twice.silt.gz -o out", 2, "unpacks to is zstd again: decompress it once first"),
        Case(
            "apply other.tar good.silt -o out", 2, "silt: 'other.tar' is not the old image of 'good.silt'",
            "layer 2", "sha256:"),
        Case("apply new.tar good.silt -o out", 2, "silt: 'new.tar' is the new image of 'good.silt' already"),
        Case("verify good.silt --old new.tar", 2, "silt: 'new.tar' is the new image of 'good.silt' already"),
        Case("dif old.tar new.tar", 2, "silt: 'dif' is no command; did you mean 'diff'?"),
        Case("help dif", 2, "silt: 'dif' is no command; did you mean 'diff'?"),
        Case("layers good.silt", 2, "'good.silt' is not an image archive: it is a delta package"),
        Case("diff old.tar new.tar --platform amd65", 2, "it takes os/arch"),
        Case("diff old.tar new.tar --costs --guess", 2, "only one of them"),
        Case("diff old.tar new.tar --level best", 2, "--costs"),
        Case(
            "create old.tar new.tar -o out --pick /nope --pick tyop --level fast", 2,
            "no change matches '/nope', 'tyop'"),
        Case("help frobnicate", 2, "silt: 'frobnicate' is no command: silt --help lists them"),
        Case("diff old.tar new.tar --jobs -1", 2, "--jobs must be at least 1"),
        Case("ls old.tar --layer -1", 2, "layer -1"),
        Case("diff old.tar new.tar --fail-if delta>20mb", 2, "'20mb' is no size"),
        Case("apply old.tar good.silt -o new.tar", 2, "'new.tar' exists", "--force"),
        Case("apply old.tar good.silt -o old.tar --force", 2, "'old.tar' is read here"),
        Case("apply old.tar good.silt -o ./good.silt --force", 2, "'./good.silt' is read here"),
        Case("create old.tar new.tar -o new.tar --force", 2, "'new.tar' is read here"),
        Case("create old.tar new.tar -o good.silt", 2, "'good.silt' exists", "--force"),
        Case("ls old.tar --layer 9", 2, "layer 9"),
        Case("layers truncated.tar", 3, "silt: 'truncated.tar' is damaged"),
        Case("layers flipped.tar", 3, "silt: 'flipped.tar' is damaged", "layer 1", "digest"),
        Case("apply old.tar damaged.silt -o out", 3, "damaged.silt"),
        Case("apply flipped.tar good.silt -o out", 3, "silt: 'flipped.tar' is damaged", "layer 1", "digest"),
        Case("verify good.silt --old flipped.tar", 3, "silt: 'flipped.tar' is damaged", "layer 1"),
        Case("verify damaged.silt", 3, "damaged.silt"), Case("inspect damaged.silt", 3, "damaged.silt"),
        Case("layers none.tar", 4, "silt: cannot open 'none.tar': no such file or directory"),
        Case("create old.tar new.tar -o none/d.silt", 4, "silt: cannot write 'none/d.silt'", "no such file"),
        Case("apply old.tar good.silt -o none/out", 4, "silt: cannot write 'none/out'"),
        Case("apply old.tar good.silt -o folder --force", 4, "silt: cannot write 'folder'"),
        Case("diff old.tar none.tar", 4, "none.tar"),
        Case(
            "apply old.tar good.silt -o out --max-size 1000", 2, "good.silt", "bytes",
            "are allowed; raise --max-size if"),
        Case(
            "ls old.tar --max-headers-size 100", 2, ": layer ", "100 B", "; raise --max-headers-size if you"),
        Case("ls packed.tar --max-unpacked-size 100", 2, "100 B", "; raise --max-unpacked-size if you"),
        Case("ls several.tar", 2, "holds several images: ", "; choose one with --image"),
        Case("apply old.tar good.silt -o - --max-size 1000", 2, "good.silt", "allowed"),
        Case("verify good.silt --old old.tar --max-size 1000", 2, "good.silt", "allowed"),
        Case("apply old.tar good.silt -o out --new-image other", 2, "good.silt", "example.org/app:2"),
    ])
    func `what goes wrong has its exit code, one line, and leaves no file`(_ item: Case) throws {
        try scratch.write("text", Array("hello\n".utf8))
        try scratch.write("empty", [])
        try scratch.makeFolder("folder")
        let old = try scratch.read("old.tar")
        try scratch.write("truncated.tar", Array(old.dropLast(5_000)))
        try scratch.write("packed.tar", try SampleImages.old.archive(.ociArchive, .gzip(6)))
        var several = LayoutBuilder()
        several.entries = [
            try several.store(SampleImages.old, [LayoutBuilder.name("one")]),
            try several.store(SampleImages.new, [LayoutBuilder.name("two")]),
        ]
        try scratch.write("several.tar", several.archive)
        var flipped = old
        // Inside the first layer's first file.
        let place = try #require(flipped.indices.first { flipped[$0...].starts(with: "root:x:0:0".utf8) })
        flipped[place] ^= 1
        try scratch.write("flipped.tar", flipped)
        #expect(
            try Program.run("create", "old.tar", "new.tar", "-o", "good.silt", "--level", "fast", in: scratch)
                .status == 0)
        let package = try scratch.read("good.silt")
        try scratch.write("damaged.silt", Array(package.dropLast(package.count / 2)))
        try scratch.write("twice.silt.gz", try Packing.gzip(6).pack(package))
        try scratch.write("other.tar", try SampleImages.tiny.archive(.docker25))
        let before = scratch.names

        let result = try Command(path: Program.path).run(
            item.arguments.split(separator: " ").map(String.init), folder: scratch.path)
        #expect(result.status == item.status, "\(result.errors)")
        for mention in item.mentions { #expect(result.errors.contains(mention), "\(result.errors)") }
        #expect(result.output == [])
        if item.status > 2 || result.errors.hasPrefix("silt: ") {
            #expect(result.errors.count { $0 == "\n" } == 1, "\(result.errors)")
        }
        #expect(scratch.names == before)
        #expect(try scratch.read("old.tar") == old)
    }

    @Test(arguments: [["create", "old.tar", "new.tar"], ["apply", "old.tar", "d.silt"]])
    func `an output without a name is told as such`(command: [String]) throws {
        let result = try Command(path: Program.path).run(command + ["-o", ""], folder: scratch.path)
        #expect(result.status == 2)
        #expect(result.errors.contains("the name after --output is empty"), "\(result.errors)")
    }

    @Test func `a pattern that no change matches is named`() throws {
        try scratch.write("picks", Array("silt picks 1\n+~ /lib/added\n".utf8))
        let made = try Program.run(
            "create", "old.tar", "new.tar", "-o", "d.silt", "--level", "fast", "--pick", "/lib/changed.so",
            "--skip",
            "/nope", "--picks", "picks", in: scratch)
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.errors.contains("silt: warning: no change matches '/nope'\n"))
        // It was added: a rule for modified files does not match.
        #expect(made.errors.contains("silt: warning: no change (~) matches '/lib/added'\n"))
        #expect(!made.errors.contains("changed.so"))
    }

    @Test func `closed standard streams do no harm`() throws {
        let command = "'\(Program.path)' create old.tar new.tar -o c.silt <&- >&- 2>&-"
        #expect(try Command(path: "/bin/bash").run(["-c", command], folder: scratch.path).status == 0)
        #expect(try Program.run("apply", "old.tar", "c.silt", "-o", "c.tar", in: scratch).status == 0)
        #expect(try scratch.read("c.tar") == scratch.read("new.tar"))
    }

    @Test func `a list of picks may be a pipe, and one without an end is refused`() throws {
        let command =
            "'\(Program.path)' create old.tar new.tar -o d.silt --picks <(printf 'silt picks 1\\n+ /lib/added\\n')"
        let piped = try Command(path: "/bin/bash").run(["-c", command], folder: scratch.path)
        #expect(piped.status == 0, "\(piped.errors)")
        let endless = try Program.run(
            "create", "old.tar", "new.tar", "-o", "e.silt", "--picks", "/dev/zero", in: scratch)
        #expect(endless.status == 2)
        #expect(
            endless.errors == "silt: '/dev/zero' is no list of picks: it is too large for a list of picks\n")
    }

    @Test func `a directory is no list of picks, and is called one`() throws {
        try scratch.makeFolder("lists")
        let made = try Program.run(
            "create", "old.tar", "new.tar", "-o", "d.silt", "--picks", "lists", in: scratch)
        #expect(made.status == 2)
        #expect(made.errors == "silt: 'lists' is no list of picks: it is a directory\n")
    }

    @Test func `one architecture stands for Linux on it`() throws {
        #expect(try Program.run("ls", "old.tar", "--platform", "amd64", in: scratch).status == 0)
        #expect(try Program.run("ls", "old.tar", "--platform", "x86_64", in: scratch).status == 0)
        #expect(try Program.run("ls", "old.tar", "--platform", "arm64", in: scratch).status == 2)
    }

    @Test func `help and version are answers`() throws {
        let help = try Program.run("--help", in: scratch)
        #expect(help.status == 0 && help.text.contains("USAGE: silt") && help.errors == "")
        let version = try Program.run("--version", in: scratch)
        #expect(version.status == 0 && version.errors == "")
        #expect(version.text.split(separator: ".").count == 3)
        for command in ["explore", "diff", "create", "apply", "inspect", "verify", "layers", "ls", "demo"] {
            #expect(try Program.run(command, "--help", in: scratch).status == 0, "\(command)")
        }
    }

    @Test(arguments: [
        "--help", "help", "help create", "diff --help", "--version", "--generate-completion-script bash",
    ])
    func `an answer that cannot be written is a failure`(request: String) throws {
        let result = try Command(path: "/bin/sh").run(
            ["-c", "\"$0\" \(request) > /dev/full", Program.path], folder: scratch.path)
        #expect(result.status == 4 && result.errors.contains("cannot write"), "\(result.errors)")
    }

    @Test func `a delta is made, inspected, verified and applied`() throws {
        let made = try Program.run("create", "old.tar", "new.tar", "-o", "d.silt", in: scratch)
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.text.hasPrefix("d.silt: ") && made.errors == "")
        #expect(try Program.run("inspect", "d.silt", in: scratch).text.contains("from the old image"))
        #expect(try Program.run("verify", "d.silt", in: scratch).status == 0)
        let verified = try Program.run("verify", "d.silt", "--old", "old.tar", in: scratch)
        let digest = Digest.of(try scratch.read("new.tar"))
        #expect(verified.status == 0 && verified.text.contains("\(digest)"))
        let applied = try Program.run("apply", "old.tar", "d.silt", "-o", "made.tar", in: scratch)
        #expect(applied.status == 0, "\(applied.errors)")
        #expect(try scratch.read("made.tar") == scratch.read("new.tar"))
        #expect(scratch.names == ["d.silt", "made.tar", "new.tar", "old.tar"])
        let again = try Program.run("apply", "old.tar", "d.silt", "-o", "made.tar", "--force", in: scratch)
        #expect(again.status == 0)
    }

    @Test func `a package of all platforms is not refused for what an option left out`() throws {
        func archive(_ version: Int) throws -> [UInt8] {
            try LayoutBuilder.platforms(
                ["amd64", "arm64"].map { architecture in
                    var image = ImageBuilder([.init("COPY f", [.file("f", "\(version) for \(architecture)")])]
                    )
                    image.architecture = architecture
                    return image
                })
        }
        try scratch.write("old.tar", archive(1))
        try scratch.write("new.tar", archive(2))
        #expect(try Program.run("create", "old.tar", "new.tar", "-o", "d.silt", in: scratch).status == 0)
        let commands = [
            ["apply", "old.tar", "d.silt", "-o", "made.tar"], ["verify", "d.silt", "--old", "old.tar"],
        ]
        for command in commands {
            func run(_ options: [String]) throws -> Command.Result {
                try Command(path: Program.path).run(command + options, folder: scratch.path)
            }
            let result = try run(["--platform", "linux/arm64"])
            #expect(
                result.errors
                    == "silt: 'd.silt' was made from several images, and --platform left out some of 'old.tar': "
                    + "apply it without, and choose what it makes by --new-image\n")
            #expect(result.status == 2)
            #expect(try run([]).status == 0)
        }
    }

    @Test func `apply tells the images that are in what it wrote`() throws {
        func archive(_ version: Int) throws -> [UInt8] {
            var layout = LayoutBuilder()
            layout.entries = try ["one", "two"].map { name in
                let image = ImageBuilder([.init("COPY f", [.file("f", "\(version) of \(name)")])])
                return try layout.store(image, [LayoutBuilder.name(name)])
            }
            return layout.archive
        }
        try scratch.write("old.tar", archive(1))
        try scratch.write("new.tar", archive(2))
        #expect(try Program.run("create", "old.tar", "new.tar", "-o", "d.silt", in: scratch).status == 0)
        for format in ["same", "oci", "docker"] {
            let result = try Program.run(
                "apply", "old.tar", "d.silt", "--new-image", "two", "--output-format", format, "-o",
                "\(format).tar", in: scratch)
            #expect(result.status == 0, "\(result.errors)")
            let output = String(decoding: result.output, as: UTF8.self)
            #expect(output.contains("one") == (format == "same"), "\(output)")
            #expect(output.contains("two"), "\(output)")
        }
    }

    @Test func `whose encoder compressed a layer is told, and what was made up for`() throws {
        try scratch.write("old.gz.tar", try SampleImages.old.archive(.ociArchive, .gzip(1)))
        try scratch.write("new.gz.tar", try SampleImages.new.archive(.ociArchive, .gzip(1)))
        try scratch.write("new.xz.tar", try SampleImages.new.archive(.ociArchive, .xz))
        let made = try Program.run("create", "old.gz.tar", "new.gz.tar", "-o", "d.silt", in: scratch)
        #expect(made.status == 0 && made.errors == "", "\(made.errors)")
        let report = try Program.run("inspect", "d.silt", in: scratch).text
        #expect(report.contains("where that differs, gzip by zlib, level 1: rebuilt, "))
        let costs = try Program.run("diff", "old.gz.tar", "new.gz.tar", "--costs", in: scratch).text
        #expect(costs.contains("   gzip by zlib, level 1: rebuilt, "))
        let applied = try Program.run("apply", "old.tar", "d.silt", "-o", "made.tar", in: scratch)
        #expect(try scratch.read("made.tar") == scratch.read("new.gz.tar"))
        #expect(
            applied.errors == "silt: old.tar holds layer 1 in another form than the package was made from: "
                + "compressed again as the package describes\n")
        let carried = try Program.run("create", "old.tar", "new.xz.tar", "-o", "x.silt", in: scratch)
        #expect(carried.errors.hasPrefix("silt: layer 1 is carried: xz is not rebuilt, "))
        #expect(
            try Program.run("inspect", "x.silt", in: scratch).text.contains(" bytes: xz is not rebuilt"))
    }

    @Test func `images and packages come from standard input, archives go to standard output`() throws {
        let old = try scratch.read("old.tar")
        #expect(
            try Program.run(
                "create", "-", "new.tar", "-o", "d.silt", input: try Packing.xz.pack(old), in: scratch
            ).status == 0)
        let applied = try Program.run("apply", "-", "d.silt", "-o", "-", input: old, in: scratch)
        #expect(applied.status == 0 && applied.errors == "")
        #expect(try applied.output == scratch.read("new.tar"))
        let piped = try Program.run(
            "apply", "old.tar", "-", "-o", "-", input: try scratch.read("d.silt"), in: scratch)
        #expect(piped.output == applied.output, "\(piped.errors)")
        #expect(try Program.run("layers", "-", input: old, in: scratch).text.count { $0 == "\n" } == 3)
    }

    @Test func `an apply that is interrupted is continued by the same command`() throws {
        let layers = (0..<3).map { index in
            ImageBuilder.Layer("", [.file("f\(index)", [UInt8](repeating: UInt8(index), count: 24 << 20))])
        }
        try scratch.write("large.tar", try ImageBuilder(layers).archive(.docker25))
        let new = ImageBuilder(layers + [.init("", [.file("g", "new")])])
        try scratch.write("larger.tar", try new.archive(.docker25))
        #expect(
            try Program.run(
                "create", "large.tar", "larger.tar", "-o", "l.silt", "--level", "fast", in: scratch
            ).status == 0)
        let before = scratch.names
        for _ in 0..<5 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: Program.path)
            process.arguments = ["apply", "large.tar", "l.silt", "-o", "made.tar", "--force"]
            process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            func byteCount() -> Int {
                var status = stat()
                return stat(scratch.path(".made.tar.silt-partial"), &status) == 0 ? Int(status.st_size) : 0
            }
            while process.isRunning, byteCount() < 25 << 20 { usleep(200) }
            process.terminate()
            process.waitUntilExit()
            // It may have been faster than the signal.
            guard process.terminationStatus != 0 else { continue }
            #expect(process.terminationStatus == 143)
            #expect(Set(scratch.names).isSuperset(of: [".made.tar.silt-partial", ".made.tar.silt-state"]))
            break
        }
        let wasInterrupted = scratch.names.contains(".made.tar.silt-state")
        let result = try Program.run("apply", "large.tar", "l.silt", "-o", "made.tar", "--force", in: scratch)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.text.contains("continued after") == wasInterrupted)
        #expect(try scratch.read("made.tar") == scratch.read("larger.tar"))
        #expect(scratch.names == (before + ["made.tar"]).sorted())
    }

    @Test func `a difference is an exit code only where it was asked for`() throws {
        #expect(try Program.run("diff", "old.tar", "new.tar", in: scratch).status == 0)
        #expect(try Program.run("diff", "old.tar", "new.tar", "--exit-code", in: scratch).status == 1)
        #expect(try Program.run("diff", "old.tar", "old.tar", "--exit-code", in: scratch).status == 0)
        try scratch.write("again.tar", try SampleImages.old.archive(.ociArchive, .gzip(6), outer: .zstd))
        let same = try Program.run(
            "diff", "old.tar", "again.tar", "--exit-code", "--changed-only", in: scratch)
        #expect(same.status == 0 && same.text.contains("the images are the same"))
    }

    @Test(arguments: ["text", "json", "markdown"])
    func `a difference looks as it always did`(format: String) throws {
        let result = try Program.run("diff", "old.tar", "new.tar", "--format", format, in: scratch)
        #expect(result.status == 0 && result.errors == "")
        #expect(
            try result.text
                == expectOutput(
                    result.text, "diff.\(format == "markdown" ? "md" : format == "text" ? "txt" : format)"))
    }

    @Test func `only changes are told where only they were asked for`() throws {
        let result = try Program.run(
            "diff", "old.tar", "new.tar", "--format", "json", "--changed-only", in: scratch)
        #expect(try result.text == expectOutput(result.text, "diff-changed.json"))
        #expect(!result.text.contains("\"unchanged\"\n") && result.text.contains("\"moved\""))
    }

    @Test func `names that would disturb a terminal are escaped`() throws {
        let image = ImageBuilder([
            .init("RUN \u{1b}]0;title", [.file("a\u{1b}[31m\nb"), TarEntry([0xff], flag: "0")])
        ])
        try scratch.write("hostile.tar", try image.archive(.docker25))
        for format in ["text", "json", "markdown"] {
            let result = try Program.run("diff", "old.tar", "hostile.tar", "--format", format, in: scratch)
            #expect(result.status == 0)
            #expect(result.text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
        }
        #expect(
            try Program.run("ls", "hostile.tar", in: scratch).text.unicodeScalars.allSatisfy {
                $0.value >= 0x20 || $0 == "\n"
            })
    }

    @Test func `the example images are a pair that can be compared`() throws {
        #expect(try Program.run("demo", "--no-explore", "--dir", "pair", in: scratch).status == 0)
        let result = try Program.run(
            "diff", "pair/old.tar", "pair/new.tar", "--exit-code", "--changed-only", in: scratch)
        #expect(result.status == 1 && result.text.contains("example/orders:2.4.1"))
        // Again is no loss; images of one's own would be.
        #expect(try Program.run("demo", "--no-explore", "--dir", "pair", in: scratch).status == 0)
        try scratch.write("pair/new.tar", [1, 2, 3])
        let refused = try Program.run("demo", "--no-explore", "--dir", "pair", in: scratch)
        #expect(refused.status == 2 && refused.errors.contains("new.tar' exists"))
        #expect(try scratch.read("pair/new.tar") == [1, 2, 3])
        #expect(
            try Program.run("demo", "--no-explore", "--dir", "pair", "--force", in: scratch).status == 0
        )
    }

    @Test(arguments: [
        ("alpine:3.18", "docker save alpine:3.18"), ("docker://x/y", "docker save x/y"),
        ("alpine", "docker save"),
        ("oci:layout", "without 'oci:'"), ("docker-archive:a.tar:b", "without 'docker-archive:'"),
    ])
    func `who names an image is told how to make a file of it`(name: String, help: String) throws {
        for arguments in [["ls", name], ["diff", name, name], ["create", name, name, "-o", "d.silt"]] {
            let result = try Command(path: Program.path).run(arguments, folder: scratch.path)
            #expect(result.status == 4 && result.errors.contains(help), "\(result.errors)")
        }
        #expect(try !Program.run("ls", "old.tar.gz", in: scratch).errors.contains("docker save"))
    }

    @Test func `what is read is written over by no option`() throws {
        #expect(try Program.run("demo", "--no-explore", "--dir", "pair", in: scratch).status == 0)
        let before = try scratch.read("pair/new.tar")
        for arguments in [
            ["routes", "pair/old.tar", "pair/new.tar", "--chart", "pair/new.tar"],
            ["bench", "pair/old.tar", "pair/new.tar", "--peers", "none", "--chart", "./pair/new.tar"],
            ["bench", "pair/old.tar", "pair/new.tar", "--peers", "none", "--history", "pair/new.tar"],
        ] {
            let result = try Command(path: Program.path).run(arguments, folder: scratch.path)
            #expect(result.status != 0 && result.errors.contains("new.tar"), "\(result.errors)")
            #expect(try scratch.read("pair/new.tar") == before)
        }
    }
}
