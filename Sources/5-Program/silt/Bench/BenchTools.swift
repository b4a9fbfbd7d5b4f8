import Delta
import Processes

/// The name of this program in what it prints.
enum ProgramName {
    static let text = "silt"
}

/// How a tool makes a delta and applies it.
struct BenchTool {
    /// What to call it.
    let name: String
    /// What it runs to make the delta, one after the other; the first word is the program.
    let making: [[String]]
    /// What it runs to apply it.
    let applying: [[String]]
    /// Whether it is this program.
    let isOurs: Bool

    /// This program at a level.
    static func ours(_ level: DeltaLevel, _ files: BenchRunner) -> BenchTool {
        BenchTool(
            name: "silt \(level.rawValue)",
            making: [
                [
                    BenchRunner.program, "create", files.old, files.new, "-o", files.delta, "--level",
                    level.rawValue,
                    "--no-check", "--force",
                ]
            ],
            applying: [
                [BenchRunner.program, "apply", files.old, files.delta, "-o", files.result, "--force"]
            ],
            isOurs: true)
    }
}

/// Other tools that make deltas of files.
enum BenchPeer: String, CaseIterable {
    case zstd, xdelta3, rdiff, hdiffz, bsdiff

    /// The program that applies what it makes.
    private var applier: String {
        switch self {
        case .zstd, .xdelta3, .rdiff: rawValue
        case .hdiffz: "hpatchz"
        case .bsdiff: "bspatch"
        }
    }

    /// Whether it can run here.
    var isInstalled: Bool { ChildProcess.path(of: rawValue) != nil && ChildProcess.path(of: applier) != nil }

    /// Its commands, with which it does best on archives.
    func tool(_ files: BenchRunner) -> BenchTool {
        let (old, new, delta, result) = (files.old, files.new, files.delta, files.result)
        let making: [[String]]
        let applying: [String]
        switch self {
        case .zstd:
            making = [["zstd", "-9", "--long=31", "-q", "-f", "--patch-from=\(old)", new, "-o", delta]]
            applying = ["zstd", "-d", "--long=31", "-q", "-f", "--patch-from=\(old)", delta, "-o", result]
        case .xdelta3:
            making = [["xdelta3", "-9", "-e", "-f", "-B", "1073741824", "-s", old, new, delta]]
            applying = ["xdelta3", "-d", "-f", "-B", "1073741824", "-s", old, delta, result]
        case .rdiff:
            making = [
                ["rdiff", "-f", "-b", "512", "signature", old, files.signature],
                ["rdiff", "-f", "delta", files.signature, new, delta],
            ]
            applying = ["rdiff", "-f", "patch", old, delta, result]
        case .hdiffz:
            making = [["hdiffz", "-f", "-m-6", "-c-zstd-21-27", old, new, delta]]
            applying = ["hpatchz", "-f", old, delta, result]
        case .bsdiff:
            making = [["bsdiff", old, new, delta]]
            applying = ["bspatch", old, result, delta]
        }
        return BenchTool(name: rawValue, making: making, applying: [applying], isOurs: false)
    }
}
