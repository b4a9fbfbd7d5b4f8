import Glibc
import SystemPackage

/// A file that appears under its name only when it is complete: written beside its target, synced, then renamed.
public final class OutputFile {
    /// The name it will have.
    public let path: String
    private let replacesExisting: Bool
    private let target: String
    /// Where it is until it is complete.
    public let temporaryPath: String
    private let descriptor: FileDescriptor
    private var isOpen = true
    private var buffer: [UInt8] = []

    /// Starts an output.
    ///
    /// - Parameters:
    ///   - path: Its target.
    ///   - replacesExisting: Whether a file that is there may be replaced.
    /// - Throws: `FileError` if the target is there and may not be replaced, or cannot be written.
    public init(path: String, replacesExisting: Bool) throws(FileError) {
        self.path = path
        self.replacesExisting = replacesExisting
        var status = stat()
        let exists = stat(path, &status) == 0
        if exists {
            guard replacesExisting else { throw .exists(path: path) }
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw .failed(action: "write", path: path, reason: "it is no regular file")
            }
        }
        // A link stays a link: what it points to is replaced.
        target = exists ? Self.resolved(path) : path
        var template = Array("\(target).part-XXXXXX".utf8CString)
        let raw = mkstemp(&template)
        guard raw >= 0 else { throw .failed("write", path, Errno(rawValue: errno)) }
        descriptor = FileDescriptor(rawValue: raw)
        temporaryPath = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
        let mask = umask(0)
        umask(mask)
        fchmod(raw, exists ? status.st_mode & 0o7777 : 0o666 & ~mask)
    }

    private static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    deinit {
        guard isOpen else { return }
        try? descriptor.close()
        unlink(temporaryPath)
    }

    /// How many bytes were written.
    public private(set) var byteCount: UInt64 = 0

    /// Adds bytes at the end.
    public func write(_ bytes: ArraySlice<UInt8>) throws(FileError) {
        byteCount += UInt64(bytes.count)
        if buffer.count + bytes.count < 1 << 18 {
            buffer.append(contentsOf: bytes)
            return
        }
        try flush()
        try writeThrough(bytes)
    }

    /// Adds bytes at the end.
    public func write(_ bytes: [UInt8]) throws(FileError) { try write(bytes[...]) }

    private func flush() throws(FileError) {
        try writeThrough(buffer[...])
        buffer.removeAll(keepingCapacity: true)
    }

    private func writeThrough(_ bytes: ArraySlice<UInt8>) throws(FileError) {
        do {
            _ = try bytes.withUnsafeBytes { try descriptor.writeAll($0) }
        } catch {
            throw .failed("write", path, error)
        }
    }

    /// Brings all bytes to disk, so that they can be read back under the temporary name.
    public func sync() throws(FileError) {
        try flush()
        guard fsync(descriptor.rawValue) == 0 else { throw .failed("sync", path, Errno(rawValue: errno)) }
    }

    /// Brings the bytes to disk and gives the file its name.
    public func commit() throws(FileError) {
        try sync()
        if replacesExisting {
            guard rename(temporaryPath, target) == 0 else {
                throw .failed("rename to", path, Errno(rawValue: errno))
            }
        } else {
            // link, unlike rename, never replaces what appeared in the meantime.
            guard link(temporaryPath, target) == 0 else {
                if errno == EEXIST { throw .exists(path: path) }
                // Some file systems have no hard links.
                guard errno == EPERM || errno == ENOTSUP, access(path, F_OK) != 0,
                    rename(temporaryPath, target) == 0
                else { throw .failed("name", path, Errno(rawValue: errno)) }
                return try close()
            }
            unlink(temporaryPath)
        }
        try close()
    }

    private func close() throws(FileError) {
        isOpen = false
        do { try descriptor.close() } catch { throw .failed("close", path, error) }
        syncFolder()
    }

    /// Makes the name itself durable; best effort, since not every file system can.
    private func syncFolder() {
        let folder = FilePath(target).removingLastComponent()
        guard
            let handle = try? FileDescriptor.open(
                folder.isEmpty ? "." : folder, .readOnly, options: [.closeOnExec])
        else { return }
        fsync(handle.rawValue)
        try? handle.close()
    }
}
