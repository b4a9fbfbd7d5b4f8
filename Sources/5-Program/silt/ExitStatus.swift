import ArgumentParser
import Bytes
import DeltaPackages
import FileIO
import Glibc
import Images

/// How the program ends; part of its interface.
enum ExitStatus: Equatable {
    case done
    case differs
    case usage
    case damaged
    case files
    /// A signal asked the program to end.
    case signal(Int32)

    /// The number that whoever started the program gets.
    var code: Int32 {
        switch self {
        case .done: 0
        case .differs: 1
        case .usage: 2
        case .damaged: 3
        case .files: 4
        // As a shell tells it.
        case .signal(let number): 128 + number
        }
    }

    /// What an error means to whoever called.
    init(_ error: any Error) {
        switch error {
        case let code as ExitCode: self = code == Self.differs.exitCode ? .differs : .usage
        case let error as ImageError: self = error.isDamage ? .damaged : .usage
        case let error as PackageError: self = error.isDamage ? .damaged : .usage
        case FileError.exists, FileError.isInput: self = .usage
        case is BrokenBounds: self = .differs
        case is FileError: self = .files
        case is CancellationError, is InterruptedApply: self = .signal(SIGINT)
        default: self = .usage
        }
    }

    /// What a command throws to end like this without a message.
    var exitCode: ExitCode { ExitCode(code) }

    /// The one line to say; nil if the error says nothing.
    static func message(_ error: any Error) -> String? {
        switch error {
        case is ExitCode: nil
        case is CancellationError: "silt: interrupted"
        // Names from images are in messages; none may reach the terminal as more than text.
        default: EscapedText.line("silt: \(ErrorText.of(error))")
        }
    }
}
