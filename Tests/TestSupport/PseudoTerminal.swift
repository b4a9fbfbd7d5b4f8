import Foundation

/// A program in a terminal of its own, as a person uses it: keys go in, what it draws comes out.
public final class PseudoTerminal {
    /// Why a script did not go on.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private let processID: pid_t
    private let controller: Int32
    private var drawn: [UInt8] = []
    private var readCount = 0
    private var status: Int32?

    /// Starts a program as the leader of a session of its own.
    ///
    /// - Parameters:
    ///   - arguments: The program's path and its arguments.
    ///   - rows: How high the terminal is.
    ///   - columns: How wide it is.
    ///   - folder: Where it runs.
    ///   - environment: What to set; a variable that is nil is taken away.
    ///   - hasTerminal: Whether the terminal is that of its session, as `/dev/tty`.
    /// - Throws: `Failure` if there is no terminal to be had or the program cannot be started.
    public init(
        _ arguments: [String], rows: UInt16 = 24, columns: UInt16 = 100, folder: String,
        environment: [String: String?] = [:], hasTerminal: Bool = true
    ) throws {
        let (controller, name) = try Self.open()
        self.controller = controller
        var variables = [
            "TERM=xterm-256color", "LC_ALL=C.UTF-8", "XDG_CONFIG_HOME=\(folder)",
            // Nothing can be kept there.
            "XDG_STATE_HOME=/dev/null",
            // Swift's runtime would ask on the terminal what to do about a crash.
            "SWIFT_BACKTRACE=enable=no",
        ]
        var removed = ["-u", "NO_COLOR", "-u", "LINES", "-u", "COLUMNS"]
        for (name, value) in environment {
            if let value { variables.append("\(name)=\(value)") } else { removed += ["-u", name] }
        }
        let command = ["/usr/bin/env", "-C", folder] + removed + variables + arguments

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that the leader of a session opens is the one that controls it.
        posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR | (hasTerminal ? 0 : O_NOCTTY), 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // POSIX_SPAWN_SETSID, which this module of the C library does not show.
        let newSession: Int32 = 0x80
        posix_spawnattr_setflags(
            &attributes, Int16(newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)))
        // Threads that run tests have signals blocked, which a child would inherit.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)

        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(controller, UInt(TIOCSWINSZ), &size)
        var pointers = command.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var number: pid_t = 0
        let error = posix_spawn(&number, command[0], &actions, &attributes, &pointers, environ)
        guard error == 0 else {
            throw Failure(description: "cannot start: \(String(cString: strerror(error)))")
        }
        processID = number
    }

    /// A new pair of ends: the controlling one, and the name of the other. The module of the C library that Swift sees
    /// shows no `posix_openpt`.
    private static func open() throws -> (controller: Int32, name: String) {
        let (unlock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
        let controller = Glibc.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var isLocked: Int32 = 0
        var number: Int32 = 0
        guard controller >= 0, ioctl(controller, unlock, &isLocked) == 0,
            ioctl(controller, getNumber, &number) == 0
        else { throw Failure(description: "no pseudo terminal: \(String(cString: strerror(errno)))") }
        return (controller, "/dev/pts/\(number)")
    }

    deinit {
        if status == nil {
            kill(processID, SIGKILL)
            waitpid(processID, nil, 0)
        }
        close(controller)
    }

    /// Types.
    public func type(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = write(controller, bytes, bytes.count)
    }

    /// Gives the terminal another size, of which the system tells the program.
    public func resize(rows: UInt16, columns: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(controller, UInt(TIOCSWINSZ), &size)
    }

    /// Sends a signal to the program.
    public func send(_ signal: Int32) { kill(processID, signal) }

    /// Reads on until the program has drawn a text, or written a control sequence, since the last call.
    ///
    /// - Returns: What it wrote until now since the last call, as it is.
    /// - Throws: `Failure` if it ends, or nothing comes for half a minute.
    @discardableResult
    public func wait(for text: String) throws -> String {
        while true {
            let news = String(decoding: drawn[readCount...], as: UTF8.self)
            if news.contains(text) || Self.withoutControls(news).contains(text) {
                readCount = drawn.count
                return news
            }
            guard read(milliseconds: 30_000) else {
                throw Failure(description: "no '\(text)' in '\(Self.withoutControls(news).suffix(1_000))'")
            }
        }
    }

    /// Takes in what has been drawn, without waiting.
    public func takeIn() { while read(milliseconds: 0) {} }

    /// Waits until the program ends.
    ///
    /// - Returns: Its exit code, or 128 and the number of the signal that ended it, as shells tell it.
    /// - Throws: `Failure` if it does not end for half a minute.
    public func end() throws -> Int32 {
        if let status { return status }
        while read(milliseconds: 30_000) {}
        var value: Int32 = 0
        for _ in 0..<3_000 {
            let found = waitpid(processID, &value, WNOHANG)
            if found == processID {
                let signal = value & 0x7f
                status = signal == 0 ? value >> 8 & 0xff : 128 + signal
                return status ?? 0
            }
            usleep(10_000)
        }
        throw Failure(description: "it does not end; it wrote '\(text.suffix(1_000))'")
    }

    /// Everything that the program wrote until now.
    public var written: String { String(decoding: drawn, as: UTF8.self) }

    /// Everything that the program wrote until now, without control sequences.
    public var text: String { Self.withoutControls(written) }

    /// What is left of an explorer in the terminal; empty if it is as it was before.
    public var leftovers: [String] {
        var found: [String] = []
        for (what, on, off) in [
            ("alternate screen", "\u{1b}[?1049h", "\u{1b}[?1049l"),
            ("hidden cursor", "\u{1b}[?25l", "\u{1b}[?25h"),
            ("bracketed paste", "\u{1b}[?2004h", "\u{1b}[?2004l"), ("mouse", "\u{1b}[?1006;1000h", "1000l"),
        ] {
            guard let start = written.range(of: on, options: .backwards) else { continue }
            if written.range(of: off, options: .backwards).map({ $0.lowerBound < start.lowerBound }) ?? true {
                found.append(what)
            }
        }
        var modes = termios()
        tcgetattr(controller, &modes)
        if modes.c_lflag & tcflag_t(ICANON | ECHO | ISIG) != tcflag_t(ICANON | ECHO | ISIG) {
            found.append("modes")
        }
        return found
    }

    /// Takes in what comes; false if nothing comes in time or the other end is gone.
    private func read(milliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, milliseconds) > 0 else { return false }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(controller, &bytes, bytes.count)
        guard count > 0 else { return false }
        drawn += bytes[..<count]
        return true
    }

    /// Text without escape sequences and other control characters.
    private static func withoutControls(_ text: String) -> String {
        text.replacing(
            /\u{1b}\[[0-9;?]*[ -\/]*[@-~]|\u{1b}\][^\u{7}]*\u{7}|\u{1b}[()][0-9A-Za-z]|\u{1b}./, with: ""
        )
        // A line's end is one character of two scalars.
        .replacing("\r\n", with: "\n")
        .replacing(/[\u{0}-\u{9}\u{b}-\u{1f}]/, with: "")
    }
}
