import ArgumentParser
import Bytes
import DeltaPackages
import FileIO
import Glibc
import Locks
import Terminals

/// The program: explores image pairs, makes and applies deltas.
struct Silt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silt",
        abstract: "Explore what changed between two container images; make and apply the smallest deltas.",
        discussion: """
            silt OLD NEW opens the explorer. OLD and NEW are archives of 'docker save', 'podman save', 'skopeo copy', \
            'ctr images export' or 'nerdctl save', plain or compressed, OCI layout folders, or - for standard input.

            Exit codes: 0 done, 1 the images differ (with --exit-code) or break a bound (--fail-if), 2 wrong usage or input, 3 damaged data, \
            4 a file could not be read or written, 129 hung up (SIGHUP), 130 interrupted (SIGINT, ^C), \
            131 quit (SIGQUIT), 143 terminated (SIGTERM).
            """,
        version: ToolVersion.number,
        subcommands: [
            Explore.self, Diff.self, Create.self, Apply.self, Inspect.self, Verify.self, Layers.self,
            List.self, Advise.self, RoutesCommand.self, Bench.self, Demo.self,
        ],
        defaultSubcommand: Explore.self)
}

/// The program's life: from its arguments, parsed once, to its exit code.
@main
enum Program {
    /// How long cancelled work has to clean up behind itself.
    private static let patience = Duration.milliseconds(700)

    static func main() {
        Machine.fillStandardStreams()
        // A reader that goes away (`silt diff … | head`) ends the program quietly.
        signal(SIGPIPE, SIG_DFL)
        // ^\ is somebody's wish, not a crash of which Swift's runtime would have to tell for seconds.
        signal(SIGQUIT, SIG_DFL)
        Machine.raiseDescriptorLimit()
        var command = parsed()
        if let command = command as? any CancellableCommand { run(command) }
        do {
            try command.run()
            end(.done)
        } catch {
            // The answer of `silt help` comes out of running it.
            if Silt.exitCode(for: error) == .success { answer(error) }
            end(error)
        }
    }

    private static func parsed() -> any ParsableCommand {
        // `silt help WORD` would be answered by the general help.
        let words = Arguments.all
        if words.first == "help", words.count > 1, !words[1].hasPrefix("-"), !commands.contains(words[1]) {
            refuse(words[1])
        }
        do {
            return try Silt.parseAsRoot(words)
        } catch {
            // Help and version are asked for; everything else is wrong usage.
            if Silt.exitCode(for: error) == .success { answer(error) }
            if let word = mistypedCommand { refuse(word) }
            let error = unknownOption(in: words, error) ?? error
            // Arguments are quoted in the message; it has lines of its own.
            let lines = Silt.fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false)
            StandardStreams.writeError(
                lines.map { EscapedText.line(String($0)) + "\n" }.joined())
            end(.usage)
        }
    }

    /// The error about an unknown option beside which an argument is missing; nil if there is none. Who mistypes an option
    /// is not helped by what else the command would take.
    ///
    /// The parser looks for what is missing first. So that is filled in until it tells more.
    private static func unknownOption(in words: [String], _ error: any Error) -> (any Error)? {
        let missing = "Missing expected argument '"
        var (words, error) = (words, error)
        // No command needs as many.
        for _ in 0..<8 {
            let message = Silt.message(for: error)
            if message.hasPrefix("Unknown option") { return error }
            guard message.hasPrefix(missing) else { return nil }
            let name = message.dropFirst(missing.count).prefix { $0 != " " && $0 != "'" }
            words += name.hasPrefix("-") ? [String(name), "x"] : ["x"]
            do {
                _ = try Silt.parseAsRoot(words)
                return nil
            } catch let next {
                error = next
            }
        }
        return nil
    }

    /// Writes the help or the version that was asked for; ends the program as any other output does, on a full disk too.
    private static func answer(_ request: any Error) -> Never {
        do {
            try StandardStreams.line(Silt.fullMessage(for: request))
        } catch {
            end(error)
        }
        end(.done)
    }

    /// A first word that is neither a command nor an image where more follows than the explorer takes.
    private static var mistypedCommand: String? {
        let words = Arguments.all.prefix { !$0.hasPrefix("-") }
        guard words.count > 2, let first = words.first, unsafe access(first, F_OK) != 0 else { return nil }
        return commands.contains(first) ? nil : first
    }

    /// The words that name commands.
    private static let commands =
        Silt.configuration.subcommands.map {
            $0.configuration.commandName ?? String(describing: $0).lowercased()
        } + ["help"]

    /// Says that a word is no command, and which was meant.
    private static func refuse(_ word: String) -> Never {
        let hint =
            Spelling.nearest(to: word, among: commands).map { "; did you mean '\($0)'?" }
            ?? ": silt --help lists them"
        StandardStreams.writeError("silt: '\(EscapedText.of(word.utf8))' is no command\(hint)\n")
        end(.usage)
    }

    /// Runs a command on other threads; this one waits for signals.
    ///
    /// The first signal cancels the work, which then has a moment to end by itself; the second ends the program at once.
    private static func run(_ command: any CancellableCommand) -> Never {
        let signals = EndingSignals.block()
        let received = Locked<Int32?>(nil)
        let work = Task.detached {
            do {
                var command = command
                try await command.run()
                end(.done)
            } catch {
                end(error, signal: received.withLock(\.self))
            }
        }
        let number = signals.wait()
        received.withLock { $0 = number }
        work.cancel()
        _ = signals.wait(atMost: patience)
        end(CancellationError(), signal: number)
    }

    /// Says what went wrong and ends the program.
    ///
    /// - Parameters:
    ///   - error: What went wrong.
    ///   - signal: The signal that cancelled the work, if there was one.
    static func end(_ error: any Error, signal: Int32? = nil) -> Never {
        let status = ExitStatus(error)
        var isInterrupted = false
        if case .signal = status { isInterrupted = true }
        if let message = ExitStatus.message(error) {
            // What an interrupted command drew of its progress is in the way.
            let erasing = isInterrupted && StandardStreams.isErrorTerminal ? "\r\u{1b}[K" : ""
            ProgressLine.end()
            StandardStreams.writeError(erasing + message + "\n")
        }
        if isInterrupted, let signal { end(.signal(signal)) }
        end(status)
    }

    /// Ends the program at once: outputs that are not complete are removed, and nothing is freed.
    static func end(_ status: ExitStatus) -> Never { UnfinishedOutputs.removeAndEnd(status: status.code) }
}
