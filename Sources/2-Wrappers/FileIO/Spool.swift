import Glibc
import Locks
import SystemPackage

/// Temporary data: written once in order, then read at any offset. In memory while it is short, else in a file that has no
/// name.
///
/// The file lies in `$TMPDIR` or /var/tmp, which unlike /tmp is no memory disk, and vanishes with the process. An image may
/// have thousands of layers, and a process may have a thousand open files: what is made of small layers takes none. To be
/// written by one thread at a time.
public final class Spool: Sendable {
    private let state = Locked(State())

    private struct State {
        var byteCount: UInt64 = 0
        /// What was added, as long as there is no file.
        var short: [UInt8] = []
        var file: TemporaryFile?
        /// What reads it, once it was written.
        var finished: RandomAccessFile?
    }

    private struct TemporaryFile {
        let file: OpenFile
        let path: String
    }

    private static let shortByteCount = 1 << 14

    /// Makes an empty one.
    public init() {}

    /// Adds bytes at the end; nothing can be added once it is finished.
    ///
    /// - Throws: `FileError` if there is no room for them.
    public func append(_ bytes: ArraySlice<UInt8>) throws(FileError) {
        let failure = state.withLock { state -> FileError? in
            do throws(FileError) {
                try Self.append(bytes, to: &state)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// Adds bytes at the end.
    public func append(_ bytes: [UInt8]) throws(FileError) { try append(bytes[...]) }

    private static func append(_ bytes: ArraySlice<UInt8>, to state: inout State) throws(FileError) {
        guard state.finished == nil else {
            throw .failed(action: "write", path: "temporary data", reason: "it is finished")
        }
        if state.file != nil || state.short.count + bytes.count > shortByteCount {
            let file: TemporaryFile
            if let known = state.file { file = known } else { file = try makeFile() }
            state.file = file
            try write(state.short[...], to: file)
            state.short = []
            try write(bytes, to: file)
        } else {
            state.short += bytes
        }
        state.byteCount += UInt64(bytes.count)
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to file: TemporaryFile) throws(FileError) {
        do {
            _ = try bytes.withUnsafeBytes { try file.file.descriptor.writeAll($0) }
        } catch {
            throw .failed("write", file.path, error)
        }
    }

    private static func makeFile() throws(FileError) -> TemporaryFile {
        let folder =
            getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/var/tmp"
        let path = "temporary file in \(folder)"
        if let descriptor = UnfinishedFile.anonymous(in: FilePath(folder), permissions: 0o600) {
            return TemporaryFile(file: OpenFile(descriptor), path: path)
        }
        var template = Array("\(folder)/silt-XXXXXX".utf8CString)
        let raw = mkstemp(&template)
        guard raw >= 0 else { throw .failed("make a temporary file in", folder, Errno(rawValue: errno)) }
        _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
        unlink(template)
        return TemporaryFile(file: OpenFile(FileDescriptor(rawValue: raw)), path: path)
    }

    /// How many bytes were added.
    public var byteCount: UInt64 { state.withLock { $0.byteCount } }

    /// Ends writing; what was written can be read from now on. Always the same file.
    public func finish() -> RandomAccessFile {
        state.withLock { state in
            if let finished = state.finished { return finished }
            let reader =
                state.file.map { RandomAccessFile($0.file, path: $0.path, byteCount: state.byteCount) }
                ?? RandomAccessFile(state.short, path: "temporary data")
            state.finished = reader
            return reader
        }
    }
}

/// An open file, closed when nobody holds it any more.
final class OpenFile: Sendable {
    let descriptor: FileDescriptor

    init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

    deinit { try? descriptor.close() }
}
