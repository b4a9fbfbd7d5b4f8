public import ArgumentParser
import Foundation
public import FuzzTargets
import Glibc
import TestSupport

/// Runs a target on mutated inputs; every input follows from the seed and the number of its iteration.
@main struct SiltFuzz: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silt-fuzz", abstract: "Feed mutated files to what reads files.")

    @Argument(help: "What to fuzz.") var target: TargetName
    @Option(help: "How long to go on.") var seconds = 60.0
    @Option(help: "What the inputs follow from.") var seed: UInt64 = 1
    @Option(help: "Run this iteration alone.") var iteration: UInt64?
    @Option(help: "Run this file alone.") var input: String?
    @Option(help: "A folder of more files to mutate.") var corpus: String?
    @Option(help: "Write the first 200 inputs to this folder instead of running them.") var write: String?
    #if LIBFUZZER
    @Argument(parsing: .postTerminator, help: "Options of libFuzzer, and folders of inputs.")
    var libFuzzer: [String] = []
    #endif

    private static let writtenCount: UInt64 = 200
    /// No input may let the process grow by more than this.
    private static let growthLimit = 512 << 20
    /// After this many different findings the rest is not worth the time.
    private static let findingLimit = 20

    func run() async throws {
        let scratch = try Scratch()
        let target = try await make(scratch)
        #if LIBFUZZER
        if !libFuzzer.isEmpty { throw ExitCode(LibFuzzer.run(target, libFuzzer)) }
        #endif
        let current = FileManager.default.temporaryDirectory.appendingPathComponent(
            "silt-fuzz-\(self.target)-\(seed)")
        print("\(self.target), seed \(seed); before each run its input is written to \(current.path)")
        var report = Report(memory: Self.peakMemory())
        let end = Date(timeIntervalSinceNow: seconds)
        var next = iteration ?? 0
        repeat {
            var random = SplitMix64(seed: seed &* 0x9e37_79b9_7f4a_7c15 ^ next)
            // The sequence of one iteration must not be that of the next, one number later.
            random = SplitMix64(seed: random.next())
            let bytes =
                try input.map { Array(try Data(contentsOf: URL(fileURLWithPath: $0))) }
                ?? target.input(&random)
            try Data(bytes).write(to: current)
            if let write {
                try FileManager.default.createDirectory(atPath: write, withIntermediateDirectories: true)
                try Data(bytes).write(to: URL(fileURLWithPath: "\(write)/\(self.target)-\(next)"))
                next += 1
                guard next < Self.writtenCount else { return }
                continue
            }
            if let finding = await report.run(target, bytes) {
                let path = "silt-fuzz-\(self.target)-\(seed)-\(next).input"
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                print("FINDING in iteration \(next), input saved as \(path): \(finding)")
            }
            if report.executions % 1_000 == 0 { print("iteration \(next), \(report.accepted) accepted") }
            fflush(nil)
            next += 1
        } while input == nil && iteration == nil && Date() < end && report.findings.count < Self.findingLimit
        report.show()
        try FileManager.default.removeItem(at: current)
        if !report.findings.isEmpty { throw ExitCode(1) }
    }

    private func make(_ scratch: Scratch) async throws -> any Target {
        let folder = corpus.map { URL(fileURLWithPath: $0) }
        let files =
            try folder.map { folder in
                try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
                    Array(try Data(contentsOf: folder.appendingPathComponent($0)))
                }
            } ?? []
        return try await target.make(scratch, corpus: files)
    }

    /// The most memory the process had so far.
    static func peakMemory() -> Int { usage().ru_maxrss << 10 }

    private static func usage() -> rusage {
        var usage = rusage()
        getrusage(.init(RUSAGE_SELF.rawValue), &usage)
        return usage
    }

    private static func computingTime() -> Double {
        let usage = usage()
        return [usage.ru_utime, usage.ru_stime].reduce(0) {
            $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
        }
    }

    /// What happened so far.
    private struct Report {
        var memory: Int
        var executions = 0
        var accepted = 0
        var errors: [String: Int] = [:]
        var findings: [String: Int] = [:]
        var slowest = 0.0

        init(memory: Int) { self.memory = memory }

        /// Runs the target; returns what was found, if that is new.
        mutating func run(_ target: any Target, _ input: [UInt8]) async -> String? {
            let start = computingTime()
            var finding: String?
            // What never ends is ended by the system, and leaves its input.
            alarm(300)
            do {
                try await target.run(input)
                accepted += 1
            } catch is EnoughMade {
                accepted += 1
            } catch  where target.isDocumented(error) {
                errors[Self.shape("\(error)"), default: 0] += 1
            } catch {
                finding = "\(type(of: error)): \(error)"
            }
            alarm(0)
            executions += 1
            let (time, peak) = (computingTime() - start, peakMemory())
            slowest = max(slowest, time)
            if time > target.timeLimit { finding = "it takes more than \(Int(target.timeLimit)) seconds" }
            if peak - memory > growthLimit {
                finding = "it takes more than \(growthLimit >> 20) MiB"
                memory = peak
            }
            guard let finding else { return nil }
            let shape = Self.shape(finding)
            findings[shape, default: 0] += 1
            return findings[shape] == 1 ? finding : nil
        }

        /// A message without what differs from input to input.
        private static func shape(_ message: String) -> String {
            let plain = message.replacing(#/(sha256:)?[0-9a-f]{12,}|[0-9]+/#, with: "N")
            return String(plain.replacing(#/'[^']*'/#, with: "'…'").prefix(140))
        }

        func show() {
            for (kind, counts) in [("error", errors), ("FINDING", findings)] {
                for (message, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                    print("\(kind) \(count) times: \(message)")
                }
            }
            print(
                "\(executions) executions, \(accepted) accepted, \(errors.count) different errors, "
                    + "\(findings.count) findings; slowest \(slowest) s, at most \(peakMemory() >> 20) MiB")
        }
    }
}

extension TargetName: ExpressibleByArgument {}
