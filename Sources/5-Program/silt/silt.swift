import ArgumentParser
import Dispatch
import FileIO
import Glibc
import DeltaPackages

/// The program: explores image pairs, makes and applies deltas.
struct Silt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silt",
        abstract: "Explore what changed between two container images; make and apply the smallest deltas.",
        discussion: """
            silt OLD NEW opens the explorer. OLD and NEW are archives of 'docker save', 'podman save', 'skopeo copy', \
            'ctr images export' or 'nerdctl save', plain or compressed, OCI layout folders, or - for standard input.

            Exit codes: 0 done, 1 the images differ (with --exit-code), 2 wrong usage or input, 3 damaged data, \
            4 a file could not be read or written, 130 interrupted.
            """,
        version: ToolVersion.number,
        subcommands: [
            Explore.self, Diff.self, Create.self, Apply.self, Inspect.self, Verify.self, Layers.self,
            List.self,
            Demo.self,
        ],
        defaultSubcommand: Explore.self)
}

@main
enum Program {
    static func main() async {
        // A reader that goes away (`silt diff … | head`) ends the program quietly.
        signal(SIGPIPE, SIG_DFL)
        Machine.raiseDescriptorLimit()
        let command: any ParsableCommand
        do {
            command = try Silt.parseAsRoot()
        } catch {
            // Help and version are asked for; everything else is wrong usage.
            let isAnswer = Silt.exitCode(for: error) == .success
            if isAnswer { Silt.exit(withError: error) }
            StandardStreams.writeError(Silt.fullMessage(for: error) + "\n")
            exit(ExitStatus.usage.rawValue)
        }
        do {
            try await run(command)
        } catch {
            // `silt help` and `--help` of a command come out of running it.
            if Silt.exitCode(for: error) == .success { Silt.exit(withError: error) }
            let status = ExitStatus(error)
            if let message = status.message(error) { StandardStreams.writeError(message + "\n") }
            exit(status.rawValue)
        }
    }

    private static func run(_ parsed: any ParsableCommand) async throws {
        guard parsed is any AsyncParsableCommand else {
            // The explorer: it waits for keys on this thread and handles signals itself.
            var command = parsed
            return try command.run()
        }
        // A command cannot be sent to a task that can be cancelled; its arguments, which parsed once, can.
        let work = Task.detached {
            guard var command = try Silt.parseAsRoot() as? any AsyncParsableCommand else { return }
            try await command.run()
        }
        let interrupts = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // Cancelled work cleans up behind itself; then the program ends.
            source.setEventHandler { work.cancel() }
            source.resume()
            return source
        }
        defer { withExtendedLifetime(interrupts) {} }
        try await work.value
    }
}
