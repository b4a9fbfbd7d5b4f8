import Glibc
import Synchronization
import SystemPackage

/// A temporary file that has no name: written once in order, then read at any offset.
///
/// It lies in `$TMPDIR` or /var/tmp, which unlike /tmp is no memory disk, and vanishes with the process. To be written
/// by one thread at a time.
public final class Spool: Sendable {
    private let file: OpenFile
    private let path: String
    private let state = Mutex(State())

    private struct State {
        var byteCount: UInt64 = 0
        /// What reads it, once it was written.
        var finished: RandomAccessFile?
    }

    /// Makes an empty one.
    public init() throws(FileError) {
        let folder =
            getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/var/tmp"
        path = "temporary file in \(folder)"
        if let descriptor = UnfinishedFile.anonymous(in: FilePath(folder), permissions: 0o600) {
            file = OpenFile(descriptor)
            return
        }
        var template = Array("\(folder)/silt-XXXXXX".utf8CString)
        let raw = mkstemp(&template)
        guard raw >= 0 else { throw .failed("make a temporary file in", folder, Errno(rawValue: errno)) }
        _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
        unlink(template)
        file = OpenFile(FileDescriptor(rawValue: raw))
    }

    /// Adds bytes at the end; nothing can be added once it is finished.
    public func append(_ bytes: ArraySlice<UInt8>) throws(FileError) {
        guard state.withLock({ $0.finished == nil }) else {
            throw .failed(action: "write", path: path, reason: "it is finished")
        }
        do {
            _ = try bytes.withUnsafeBytes { try file.descriptor.writeAll($0) }
        } catch {
            throw .failed("write", path, error)
        }
        state.withLock { $0.byteCount += UInt64(bytes.count) }
    }

    /// Adds bytes at the end.
    public func append(_ bytes: [UInt8]) throws(FileError) { try append(bytes[...]) }

    /// How many bytes were added.
    public var byteCount: UInt64 { state.withLock { $0.byteCount } }

    /// Ends writing; what was written can be read from now on. Always the same file.
    public func finish() -> RandomAccessFile {
        state.withLock { state in
            if let finished = state.finished { return finished }
            let reader = RandomAccessFile(file, path: path, byteCount: state.byteCount)
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
