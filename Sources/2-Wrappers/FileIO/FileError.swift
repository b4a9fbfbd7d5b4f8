import Bytes
import SystemPackage

/// Why a file could not be read or written.
public enum FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A system call failed.
    case failed(action: String, path: String, reason: String)
    /// The file is shorter than it was when it was opened, or than its own structure says.
    case endsEarly(path: String, offset: UInt64)
    /// The file system has no room for the output.
    case noRoom(path: String, byteCount: UInt64, freeByteCount: UInt64)
    /// The output exists and was not to be replaced.
    case exists(path: String)
    /// The output is a file that is read, and would be lost.
    case isInput(path: String)

    public var description: String {
        switch self {
        case .failed(let action, let path, let reason): "cannot \(action) '\(path)': \(reason)"
        case .endsEarly(let path, let offset): "'\(path)' ends early: nothing to read at byte \(offset)"
        case .noRoom(let path, let byteCount, let free):
            "cannot write '\(path)': it takes \(ByteCount.grouped(byteCount)) bytes more, "
                + "\(ByteCount.grouped(free)) are free there"
        case .exists(let path): "'\(path)' exists; choose another name"
        case .isInput(let path): "'\(path)' is read here: write to another file"
        }
    }

    static func failed(_ action: String, _ path: String, _ error: any Error) -> FileError {
        let reason = (error as? Errno).map { "\($0)".lowercasedFirst } ?? "\(error)"
        return .failed(action: action, path: path, reason: reason)
    }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
