import ArgumentParser
import Bytes
import FileIO
import Images
import DeltaPackages

/// How the program ends; part of its interface.
enum ExitStatus: Int32 {
    case done = 0
    case differs = 1
    case usage = 2
    case damaged = 3
    case files = 4
    case interrupted = 130

    /// What an error means to whoever called.
    init(_ error: any Error) {
        switch error {
        case let code as ExitCode: self = ExitStatus(rawValue: code.rawValue) ?? .usage
        case let error as ImageError: self = error.isDamage ? .damaged : .usage
        case let error as PackageError: self = error.isDamage ? .damaged : .usage
        case FileError.exists: self = .usage
        case is FileError: self = .files
        case is CancellationError, is InterruptedApply: self = .interrupted
        default: self = .usage
        }
    }

    /// The one line to say; nil if the error says nothing.
    func message(_ error: any Error) -> String? {
        switch error {
        case is ExitCode: nil
        case is CancellationError: "silt: interrupted"
        // Names from images are in messages; none may reach the terminal as more than text.
        default: EscapedText.line("silt: \(error)")
        }
    }
}
