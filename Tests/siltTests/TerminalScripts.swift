import FileIO
import Foundation
import TestSupport
import Testing

/// The real program in a terminal of its own, used as a person uses it.
struct TerminalScripts {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        try scratch.write("old.tar", try SampleImages.old.archive(.docker25))
        try scratch.write("new.tar", try SampleImages.new.archive(.docker25))
    }

    /// Starts the explorer on the sample images and waits until their files are drawn.
    private func explorer(
        _ arguments: [String] = ["old.tar", "new.tar"], environment: [String: String?] = [:],
        until text: String = "changed only in metadata"
    ) throws -> PseudoTerminal {
        let terminal = try start(arguments, environment: environment)
        try terminal.wait(for: text)
        return terminal
    }

    private func start(
        _ arguments: [String], environment: [String: String?] = [:], hasTerminal: Bool = true
    ) throws -> PseudoTerminal {
        try PseudoTerminal(
            [Program.path] + arguments, folder: scratch.path, environment: environment,
            hasTerminal: hasTerminal)
    }

    @Test func `the explorer shows the images, and q gives the terminal back`() throws {
        let terminal = try explorer()
        terminal.type("q")
        #expect(try terminal.end() == 0)
        #expect(terminal.written.contains("\u{1b}[?1049h"))
        #expect(terminal.leftovers == [])
        #expect(scratch.names == ["new.tar", "old.tar"])
    }

    @Test func `^Z stops the explorer and fg brings it back, as often as one likes`() throws {
        let shell = try PseudoTerminal(
            ["/bin/bash", "--norc", "--noprofile", "-i"], folder: scratch.path,
            environment: ["PS1": "at your service> "])
        try shell.wait(for: "at your service>")
        shell.type("'\(Program.path)' old.tar new.tar\n")
        try shell.wait(for: "example.org/app")
        for _ in 0..<10 {
            shell.type("\u{1a}")
            let end = try shell.wait(for: "at your service>")
            #expect(end.contains("Stopped") && end.contains("\u{1b}[?1049l"))
            shell.type("fg\n")
            try shell.wait(for: "example.org/app")
        }
        shell.type("q")
        try shell.wait(for: "at your service>")
        shell.type("echo it ended with $?.\n")
        try shell.wait(for: "it ended with 0.")
        shell.type("exit\n")
        #expect(try shell.end() == 0)
    }

    @Test func `a stop from outside is survived: everything is drawn again`() throws {
        let terminal = try explorer()
        terminal.send(SIGSTOP)
        terminal.send(SIGCONT)
        try terminal.wait(for: "example.org/app")
        #expect(terminal.written.components(separatedBy: "\u{1b}[?1049h").count == 3)
        terminal.type("q")
        #expect(try terminal.end() == 0)
        #expect(terminal.leftovers == [])
    }

    @Test func `another size is drawn at once`() throws {
        let terminal = try explorer()
        terminal.resize(rows: 40, columns: 120)
        // Nothing can be put on line 39 of 24.
        try terminal.wait(for: "\u{1b}[39;")
        terminal.resize(rows: 1, columns: 1)
        terminal.resize(rows: 12, columns: 60)
        try terminal.wait(for: "example.org/app")
        terminal.type("q")
        #expect(try terminal.end() == 0)
        #expect(terminal.leftovers == [])
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `a request to end is granted, and is the exit code`(signal: Int32) throws {
        let terminal = try explorer()
        terminal.send(signal)
        #expect(try terminal.end() == 128 + signal)
        #expect(terminal.leftovers == [])
    }

    @Test(arguments: [
        SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGXCPU, SIGVTALRM,
    ])
    func `what kills the explorer leaves the terminal as it was`(signal: Int32) throws {
        let terminal = try explorer()
        terminal.send(signal)
        #expect(try terminal.end() == 128 + signal)
        #expect(terminal.leftovers == [])
    }

    @Test func `a signal ends an explorer that still waits for its input`() throws {
        #expect(mkfifo(scratch.path("slow.tar"), 0o600) == 0)
        // Somebody has it open for writing, but nothing comes.
        let writer = open(scratch.path("slow.tar"), O_RDWR)
        defer { close(writer) }
        let terminal = try start(["slow.tar", "new.tar"])
        try terminal.wait(for: "slow.tar")
        terminal.send(SIGTERM)
        #expect(try terminal.end() == 143)
        #expect(terminal.leftovers == [])
    }

    @Test(arguments: [["old.tar", "nwe.tar"], ["odl.tar", "new.tar"]])
    func `a mistyped name is told before anything is drawn`(arguments: [String]) throws {
        let terminal = try start(arguments)
        #expect(try terminal.end() == 4)
        let name = arguments.first { $0 != "old.tar" && $0 != "new.tar" } ?? ""
        #expect(terminal.written == "silt: cannot open '\(name)': no such file or directory\r\n")
    }

    @Test(arguments: [
        ("dumb", "cannot move its cursor"), ("no-such-terminal", "is unknown"), ("", "is unknown"),
    ])
    func `a terminal that nothing can be drawn on is refused in one line`(type: String, reason: String) throws
    {
        let terminal = try start(["old.tar", "new.tar"], environment: ["TERM": type])
        #expect(try terminal.end() == 2)
        #expect(terminal.written.hasPrefix("silt: ") && terminal.written.hasSuffix("\r\n"))
        #expect(terminal.written.contains(reason) && terminal.written.contains("'silt diff'"))
        #expect(!terminal.written.contains("\u{1b}") && terminal.written.count { $0 == "\r\n" } == 1)
    }

    @Test func `a terminal of a newer kind is drawn for, and that is told once`() throws {
        let terminal = try explorer(environment: ["TERM": "xterm-of-tomorrow"])
        terminal.type("q")
        #expect(try terminal.end() == 0)
        #expect(terminal.written.hasPrefix("silt: terminal type 'xterm-of-tomorrow' is not known here; "))
        #expect(terminal.text.components(separatedBy: "xterm-of-tomorrow").count == 2)
        #expect(terminal.leftovers == [])
    }

    @Test func `without a terminal the explorer says what needs none`() throws {
        let terminal = try start(["old.tar", "new.tar"], hasTerminal: false)
        #expect(try terminal.end() == 2)
        #expect(terminal.written.contains("'silt diff' needs no terminal"))
        #expect(terminal.written.count { $0 == "\r\n" } == 1)
    }

    @Test func `NO_COLOR draws without colours`() throws {
        let colours = /\u{1b}\[[0-9;]*[34][0-8]([;m])/
        let plain = try explorer(environment: ["NO_COLOR": "1"])
        plain.type("q")
        #expect(try plain.end() == 0)
        #expect(!plain.written.contains(colours))
        let coloured = try explorer()
        coloured.type("q")
        #expect(try coloured.end() == 0)
        #expect(coloured.written.contains(colours))
    }

    @Test func `the C locale draws lines, another character set draws ASCII`() throws {
        for (locale, isASCII) in [("C", false), ("de_DE.ISO-8859-1", true)] {
            let terminal = try explorer(environment: ["LC_ALL": locale])
            terminal.type("q")
            #expect(try terminal.end() == 0)
            #expect(terminal.written.unicodeScalars.allSatisfy(\.isASCII) == isASCII, "\(locale)")
        }
    }

    @Test func `a search types into a field, and pasting there runs no command`() throws {
        let terminal = try explorer()
        // Outside of a field, a pasted q quits nothing.
        terminal.type("\u{1b}[200~qqq\u{1b}[201~/")
        try terminal.wait(for: "/")
        terminal.type("\u{1b}[200~pass\u{1b}[201~")
        try terminal.wait(for: "pass")
        terminal.type("\r")
        terminal.type("q")
        #expect(try terminal.end() == 0)
        #expect(terminal.leftovers == [])
    }

    @Test func `images are shown as they were left, unless that is not wanted`() throws {
        let environment = ["XDG_STATE_HOME": scratch.path("state")]
        let first = try explorer(["old.tar", "new.tar", "--no-state"], environment: environment)
        first.type("cq")
        #expect(try first.end() == 0)
        #expect(!scratch.names.contains("state"))
        let second = try explorer(environment: environment)
        second.type("cq")
        #expect(try second.end() == 0)
        let folder = scratch.path("state/silt/views")
        #expect(try FileKind.names(inFolder: folder).count == 1)
        let third = try explorer(environment: environment, until: "as it was left")
        third.type("q")
        #expect(try third.end() == 0)
        #expect(third.text.contains("all changes"))
        _ = try NewFolder.make(at: scratch.path("silt"))
        try scratch.write("silt/config", Array("state = off\n".utf8))
        let fourth = try explorer(environment: environment)
        fourth.type("q")
        #expect(try fourth.end() == 0)
        #expect(!fourth.text.contains("as it was left"))
    }

    @Test func `a difftool gets both sides of a file and the terminal, and leaves nothing`() throws {
        for (name, line) in [("o.tar", "before"), ("n.tar", "after")] {
            try scratch.write(
                name, try ImageBuilder([.init("", [.file("etc/motd", "same\n\(line)\n")])]).archive(.docker25)
            )
        }
        _ = try NewFolder.make(at: scratch.path("tmp"))
        _ = try NewFolder.make(at: scratch.path("silt"))
        try scratch.write(
            "silt/config",
            Array(
                "difftool = cat $1 $2; ls -ld ${1%/old/*} | cut -c1-10; printf 'got %s\\n' all; read answer; echo $answer >\(scratch.path("answer"))\n"
                    .utf8))
        let terminal = try explorer(
            ["o.tar", "n.tar"], environment: ["TMPDIR": scratch.path("tmp")], until: "unchanged")
        terminal.type("!d")
        let shown = try terminal.wait(for: "got all")
        #expect(shown.contains("before") && shown.contains("after") && shown.contains("drwx------"))
        // Long enough to have been read: it is not asked about any more.
        Thread.sleep(forTimeInterval: 1.1)
        // Not a key of the explorer, and not its interrupt.
        terminal.type("q\r")
        try terminal.wait(for: "motd")
        #expect(try String(decoding: scratch.read("answer"), as: UTF8.self) == "q\n")
        #expect(try FileKind.names(inFolder: scratch.path("tmp")) == [])
        terminal.type("!p")
        terminal.type("q")
        terminal.send(SIGTERM)
        _ = try terminal.end()
        #expect(terminal.leftovers == [])
        #expect(try FileKind.names(inFolder: scratch.path("tmp")) == [])
    }

    @Test func `what a difftool prints and does not wait with can be read`() throws {
        let terminal = try explorer(environment: ["DIFFTOOL": "printf 'it %s\n' differs; :"])
        terminal.type("]!d")
        let shown = try terminal.wait(for: "enter goes back to silt")
        #expect(shown.contains("it differs"))
        terminal.type("\r")
        try terminal.wait(for: "Layers")
        terminal.type("q")
        #expect(try terminal.end() == 0)
    }

    @Test func `a signal ends what has the terminal, too, and leaves nothing`() throws {
        _ = try NewFolder.make(at: scratch.path("tmp"))
        let pager = scratch.path("pager")
        try scratch.write(
            "pager",
            Array(
                "#!/bin/sh\n(sleep 100; echo late) | cat & echo $! >\(pager).pid\necho the pager has it; wait\n"
                    .utf8))
        // A file that was just written may be busy: processes that other tests start meanwhile hold it for a moment.
        let terminal = try explorer(environment: ["TMPDIR": scratch.path("tmp"), "PAGER": "/bin/sh \(pager)"])
        terminal.type("]!p")
        try terminal.wait(for: "the pager has it")
        #expect(try !FileKind.names(inFolder: scratch.path("tmp")).isEmpty)
        terminal.send(SIGTERM)
        #expect(try terminal.end() == 143)
        #expect(terminal.leftovers == [])
        #expect(try FileKind.names(inFolder: scratch.path("tmp")) == [])
        let child = try #require(
            pid_t(String(decoding: scratch.read("pager.pid"), as: UTF8.self).dropLast()))
        // Who inherits what it left may not have taken notice yet.
        let state = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
        #expect(state.map { $0.contains(") Z") } ?? true)
    }

    @Test func `^Z in a pager stops the explorer with it, and fg brings both back`() throws {
        let shell = try PseudoTerminal(
            ["/bin/bash", "--norc", "--noprofile", "-i"], folder: scratch.path,
            environment: [
                "PS1": "at your service> ", "PAGER": "sh -c 'echo it has; read a; echo $a >answer' sh",
            ])
        try shell.wait(for: "at your service>")
        shell.type("'\(Program.path)' old.tar new.tar\n")
        try shell.wait(for: "changed only in metadata")
        shell.type("]!p")
        try shell.wait(for: "it has")
        // Who reads before the terminal is theirs is stopped for a moment, and going on forgets a ^Z of that moment.
        usleep(300_000)
        shell.type("\u{1a}")
        let end = try shell.wait(for: "at your service>")
        #expect(end.contains("Stopped"))
        shell.type("fg\n")
        shell.type("well\n")
        try shell.wait(for: "lib/")
        #expect(try String(decoding: scratch.read("answer"), as: UTF8.self) == "well\n")
        shell.type("q")
        try shell.wait(for: "at your service>")
    }

    @Test func `an export is refused, then made, and applies`() throws {
        let terminal = try explorer(["old.tar", "new.tar", "-o", "d.silt"])
        terminal.type("e")
        try terminal.wait(for: "d.silt")
        terminal.type("\u{1b}")
        // Escape alone is told from a function key by the time that passes.
        usleep(200_000)
        terminal.type("e")
        try terminal.wait(for: "d.silt")
        #expect(scratch.names == ["new.tar", "old.tar"])
        terminal.type("\r")
        try terminal.wait(for: "written and checked")
        terminal.type("e")
        try terminal.wait(for: "silt apply")
        terminal.send(SIGTERM)
        #expect(try terminal.end() == 143)
        #expect(scratch.names == ["d.silt", "new.tar", "old.tar"])
        #expect(try Program.run("apply", "old.tar", "d.silt", "-o", "made.tar", in: scratch).status == 0)
        #expect(try scratch.read("made.tar") == scratch.read("new.tar"))
    }

    @Test func `one looks inside, picks and exports, and the receiver gets what was picked and nothing else`()
        throws
    {
        let terminal = try explorer(["old.tar", "new.tar", "-o", "d.silt"])
        terminal.type("/changed.so\r\r")
        try terminal.wait(for: "block 1 of")
        terminal.type("\u{1b}")
        usleep(200_000)
        terminal.type(" ")
        try terminal.wait(for: "PICKED 1 of")
        terminal.type("e")
        try terminal.wait(for: "d.silt")
        terminal.type("\r")
        try terminal.wait(for: "written and checked")
        terminal.type("q")
        #expect(try terminal.end() == 0)
        #expect(try Program.run("apply", "old.tar", "d.silt", "-o", "made.tar", in: scratch).status == 0)
        // What a loader gets: the old image's files but for the one that was picked, which is the new image's.
        let changes = try Program.run("diff", "--changed-only", "old.tar", "made.tar", in: scratch).text
        #expect(changes.contains("files: 0 added, 0 removed, 1 modified, 0 metadata, 0 moved,"), "\(changes)")
        #expect(changes.hasSuffix("  lib/changed.so\n"), "\(changes)")
        let others = try Program.run("diff", "--changed-only", "made.tar", "new.tar", in: scratch).text
        #expect(others.contains("lib/added") && !others.contains("lib/changed.so"), "\(others)")
    }

    @Test(arguments: [[SIGTERM], [SIGTERM, SIGTERM], [SIGINT, SIGINT]])
    func `an explorer that is ended while it exports leaves no file`(signals: [Int32]) throws {
        let contents = (0..<2).map { Content.random(UInt64($0), 12 << 20) }
        try scratch.write(
            "old.tar", try ImageBuilder([.init("", [.file("f", contents[0])])]).archive(.docker25))
        try scratch.write(
            "new.tar", try ImageBuilder([.init("", [.file("f", contents[1])])]).archive(.docker25))
        let terminal = try start(["old.tar", "new.tar", "-o", "d.silt"])
        try terminal.wait(for: "new.tar")
        // The dialog opens when both images are read.
        for _ in 0..<100 where !terminal.text.contains("d.silt") {
            terminal.type("e")
            usleep(100_000)
            terminal.takeIn()
        }
        terminal.type("\r")
        for signal in signals {
            terminal.send(signal)
            usleep(50_000)
        }
        #expect(try terminal.end() == 128 + signals[0])
        #expect(terminal.leftovers == [])
        #expect(scratch.names == ["new.tar", "old.tar"])
    }
}
