import Foundation
import TestSupport
import Testing

/// What signals do to commands that work without a terminal.
struct SignalTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func start(_ arguments: [String]) throws -> PseudoTerminal {
        try PseudoTerminal([Program.path] + arguments, folder: scratch.path)
    }

    @Test func `somebody's wish to quit is no crash`() throws {
        #expect(mkfifo(scratch.path("slow.tar"), 0o600) == 0)
        let command = try start(["layers", "slow.tar"])
        let writer = open(scratch.path("slow.tar"), O_WRONLY)
        defer { close(writer) }
        command.send(SIGQUIT)
        #expect(try command.end() == 128 + SIGQUIT)
        #expect(command.text == "")
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `a signal ends a command that waits for input, and is the exit code`(signal: Int32) throws {
        #expect(mkfifo(scratch.path("slow.tar"), 0o600) == 0)
        let command = try start(["layers", "slow.tar"])
        // It can be opened for writing when somebody reads.
        var writer: Int32 = -1
        for _ in 0..<3_000 where writer < 0 {
            usleep(10_000)
            writer = open(scratch.path("slow.tar"), O_WRONLY | O_NONBLOCK)
        }
        defer { close(writer) }
        command.send(signal)
        #expect(try command.end() == 128 + signal)
        #expect(command.text.hasSuffix("silt: interrupted\n"))
    }

    @Test func `a signal that is ignored stays so`() throws {
        let command = try PseudoTerminal(
            ["/bin/sh", "-c", "trap '' HUP; kill -HUP $$; exec '\(Program.path)' layers none.tar"],
            folder: scratch.path)
        #expect(try command.end() == 4)
    }

    @Test(arguments: [
        (["bench", "--peers", "none"], "running"), (["routes", "--exact", "best"], "measuring delta, best"),
    ])
    func `an interrupted measurement leaves no folder`(command: [String], word: String) throws {
        for (name, seed) in [("old.tar", 1), ("new.tar", 2)] {
            let content = Content.random(UInt64(seed), 24 << 20)
            try scratch.write(name, try ImageBuilder([.init("", [.file("f", content)])]).archive(.docker25))
        }
        let line = ([Program.path] + command + ["old.tar", "new.tar"]).map { "'\($0)'" }.joined(
            separator: " ")
        let running = try PseudoTerminal(
            ["/bin/sh", "-c", "mkdir t; TMPDIR=$PWD/t exec \(line)"], folder: scratch.path)
        try running.wait(for: word)
        for _ in 0..<3_000
        where try FileManager.default.contentsOfDirectory(atPath: scratch.path("t")).isEmpty {
            usleep(10_000)
        }
        #expect(try !FileManager.default.contentsOfDirectory(atPath: scratch.path("t")).isEmpty)
        running.send(SIGTERM)
        #expect(try running.end() == 143)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("t")) == [])
    }

    @Test(arguments: [[SIGINT], [SIGTERM], [SIGTERM, SIGINT]])
    func `an interrupted create leaves no file`(signals: [Int32]) throws {
        for (name, seed) in [("old.tar", 1), ("new.tar", 2)] {
            let content = Content.random(UInt64(seed), 24 << 20)
            try scratch.write(name, try ImageBuilder([.init("", [.file("f", content)])]).archive(.docker25))
        }
        let command = try start(["create", "old.tar", "new.tar", "-o", "d.silt", "--level", "best"])
        // What comes after reading takes many seconds.
        try command.wait(for: "reading new.tar")
        usleep(500_000)
        for signal in signals { command.send(signal) }
        #expect([130, 143].contains(try command.end()))
        #expect(command.text.hasSuffix("silt: interrupted\n"))
        #expect(scratch.names == ["new.tar", "old.tar"])
    }
}
