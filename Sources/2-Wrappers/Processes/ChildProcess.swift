import Glibc
import Locks

/// What a program took that ran.
public struct ProcessUsage: Hashable, Sendable {
    /// From its start to its end.
    public let seconds: Double
    /// The most memory that it had at a time, in bytes.
    public let memoryByteCount: UInt64
    /// Whether it may have had less: of a program that starts as a copy of this one, less than this one had cannot be told.
    public let isMemoryLimit: Bool

    /// A usage of those figures.
    public init(seconds: Double, memoryByteCount: UInt64, isMemoryLimit: Bool = false) {
        (self.seconds, self.memoryByteCount) = (seconds, memoryByteCount)
        self.isMemoryLimit = isMemoryLimit
    }

    /// One program after another.
    public static func + (one: ProcessUsage, other: ProcessUsage) -> ProcessUsage {
        ProcessUsage(
            seconds: one.seconds + other.seconds,
            memoryByteCount: max(one.memoryByteCount, other.memoryByteCount),
            isMemoryLimit: (one.memoryByteCount > other.memoryByteCount ? one : other).isMemoryLimit)
    }
}

/// Why a program did not do what it was started for.
public enum ProcessError: Error, Equatable, CustomStringConvertible {
    case cannotStart(String, reason: String)
    case failed(String, status: Int32)

    public var description: String {
        switch self {
        case .cannotStart(let program, let reason): "cannot start '\(program)': \(reason)"
        case .failed(let program, let status):
            status >= 256
                ? "'\(program)' ended with \(status >> 8)"
                : "'\(program)' was ended by signal \(status & 127)"
        }
    }
}

/// Other programs.
public enum ChildProcess {
    /// Runs a program to its end; it reads and says nothing.
    ///
    /// - Parameters:
    ///   - program: Its path, or its name, which is looked for as a shell does.
    ///   - arguments: What it is told.
    /// - Returns: What it took.
    /// - Throws: `ProcessError`; `CancellationError` when its task was cancelled, and then the program has been ended.
    public static func run(_ program: String, _ arguments: [String]) async throws -> ProcessUsage {
        let child = Locked<Child>(.waiting)
        return try await withTaskCancellationHandler {
            let clock = ContinuousClock()
            let start = clock.now
            let number = try child.withLock { child in
                guard case .waiting = child else { throw CancellationError() }
                let number = try spawn(program, arguments)
                child = .running(number)
                return number
            }
            var own = rusage()
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &own)
            let ownMemory = own.ru_maxrss
            var status: Int32 = 0
            var usage = rusage()
            // Not reaped yet, so that its number is nobody else's while it may still be asked to end.
            var info = siginfo_t()
            while waitid(P_PID, id_t(number), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            child.withLock { $0 = .over }
            while wait4(number, &status, 0, &usage) < 0, errno == EINTR {}
            let time = (clock.now - start).components
            try Task.checkCancellation()
            guard status == 0 else { throw ProcessError.failed(program, status: status) }
            return ProcessUsage(
                seconds: Double(time.seconds) + Double(time.attoseconds) / 1e18,
                memoryByteCount: UInt64(max(0, usage.ru_maxrss)) * 1024,
                isMemoryLimit: usage.ru_maxrss <= ownMemory)
        } onCancel: {
            child.withLock { child in
                if case .running(let number) = child { kill(number, SIGTERM) } else { child = .over }
            }
        }
    }

    private enum Child {
        case waiting
        case running(pid_t)
        case over
    }

    /// Runs a shell's command line on the terminal, which the caller has given away, to its end.
    ///
    /// It is a job of its own, as in a shell: ^C is meant for it alone, ^Z stops it and this program with it, and when this
    /// program has to end, all of the job does.
    ///
    /// - Parameters:
    ///   - command: The command line; `$1`, `$2` ... are the arguments.
    ///   - arguments: Its arguments.
    ///   - isEnding: Whether this program was asked to end.
    /// - Returns: Its exit code; 128 and the signal's number if a signal ended it.
    /// - Throws: `ProcessError` if it cannot be started.
    public static func runOnTerminal(
        _ command: String, _ arguments: [String], isEnding: () -> Bool = { false }
    ) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/tty", O_RDWR, 0)
        for descriptor in [1, 2] as [Int32] { posix_spawn_file_actions_adddup2(&actions, 0, descriptor) }
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        // Who is in the background is stopped for asking for the terminal.
        var signals = sigset_t()
        var before = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTTOU)
        pthread_sigmask(SIG_BLOCK, &signals, &before)
        defer {
            tcsetpgrp(terminal, getpgrp())
            close(terminal)
            pthread_sigmask(SIG_SETMASK, &before, nil)
        }
        let number = try start("/bin/sh", ["-c", command, "sh"] + arguments, &actions, isJob: true)
        tcsetpgrp(terminal, number)
        var status: Int32 = 0
        var pausesUntilKilled = Self.pausesUntilKilled
        while true {
            let result = waitpid(number, &status, WNOHANG | WUNTRACED)
            if result == number, status & 0xff == 0x7f {
                // It was stopped: so is this program, until the shell lets both go on. Who asked for the terminal before it
                // was theirs just goes on.
                if ![SIGTTIN, SIGTTOU].contains(status >> 8 & 0xff) {
                    tcsetpgrp(terminal, getpgrp())
                    kill(0, SIGTSTP)
                }
                tcsetpgrp(terminal, number)
                kill(-number, SIGCONT)
            } else if result == number || result < 0 && errno != EINTR {
                break
            } else if isEnding() {
                if pausesUntilKilled == Self.pausesUntilKilled {
                    kill(-number, SIGTERM)
                    kill(-number, SIGCONT)
                } else if pausesUntilKilled == 0 {
                    kill(-number, SIGKILL)
                }
                pausesUntilKilled -= 1
            }
            usleep(Self.pause)
        }
        return status & 127 == 0 ? status >> 8 & 255 : 128 + status & 127
    }

    /// Microseconds between two looks at a program on the terminal.
    private static let pause: UInt32 = 10_000
    /// How often one looks after a program was asked to end, before it is made to.
    private static let pausesUntilKilled = 50

    /// Where a program is found that is called by its name; nil if it is not installed.
    public static func path(of program: String) -> String? {
        let folders = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return folders.split(separator: ":").lazy.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }

    private static func spawn(_ program: String, _ arguments: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, flags) in [(0, O_RDONLY), (1, O_WRONLY), (2, O_WRONLY)] as [(Int32, Int32)] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", flags, 0)
        }
        return try start(program, arguments, &actions)
    }

    private static func start(
        _ program: String, _ arguments: [String], _ actions: inout posix_spawn_file_actions_t,
        isJob: Bool = false
    ) throws -> pid_t {
        // This thread takes no signals; the program does.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        // What this program does about the terminal's signals is not for others.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for number in [SIGINT, SIGQUIT, SIGTSTP, SIGPIPE] { sigaddset(&defaults, number) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (isJob ? POSIX_SPAWN_SETPGROUP : 0)
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var number = pid_t()
        let result = posix_spawnp(&number, program, &actions, &attributes, words, environ)
        guard result == 0 else {
            throw ProcessError.cannotStart(program, reason: String(cString: strerror(result)).lowercased())
        }
        return number
    }
}
