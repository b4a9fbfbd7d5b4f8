import Glibc
import Synchronization
import SystemPackage

/// A temporary file that has no name: written once in order, then read at any offset.
///
/// It lies in `$TMPDIR` or /var/tmp, which unlike /tmp is no memory disk, and vanishes with the process.
public final class Spool: Sendable {
    private let descriptor: FileDescriptor
    private let path: String
    private let state = Mutex(State())

    private struct State {
        var byteCount: UInt64 = 0
        var isTaken = false
    }

    /// Makes an empty one.
    public init() throws(FileError) {
        let folder =
            getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/var/tmp"
        var template = Array("\(folder)/silt-XXXXXX".utf8CString)
        let raw = mkstemp(&template)
        guard raw >= 0 else { throw .failed("make a temporary file in", folder, Errno(rawValue: errno)) }
        _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
        unlink(template)
        descriptor = FileDescriptor(rawValue: raw)
        path = "temporary file in \(folder)"
    }

    deinit {
        if !state.withLock({ $0.isTaken }) { try? descriptor.close() }
    }

    /// Adds bytes at the end.
    public func append(_ bytes: ArraySlice<UInt8>) throws(FileError) {
        do {
            _ = try bytes.withUnsafeBytes { try descriptor.writeAll($0) }
        } catch {
            throw .failed("write", path, error)
        }
        state.withLock { $0.byteCount += UInt64(bytes.count) }
    }

    /// Adds bytes at the end.
    public func append(_ bytes: [UInt8]) throws(FileError) { try append(bytes[...]) }

    /// How many bytes were added.
    public var byteCount: UInt64 { state.withLock { $0.byteCount } }

    /// Ends writing; what was written can be read from now on.
    public func finish() -> RandomAccessFile {
        state.withLock { $0.isTaken = true }
        return RandomAccessFile(descriptor: descriptor, path: path, byteCount: byteCount)
    }
}
