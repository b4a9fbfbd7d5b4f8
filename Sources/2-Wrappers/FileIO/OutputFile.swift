public import Bytes
import Glibc
public import Hashing
import SystemPackage

/// A file that appears under its name only when it is complete: written beside its target, synced, then renamed.
///
/// Where it may be continued, it is written to `.NAME.silt-partial`, and `.NAME.silt-state` says how much of that was
/// made of what; both outlive an interrupted run, and nothing else.
public final class OutputFile {
    /// The name it will have.
    public let path: String
    private let replacesExisting: Bool
    private let target: String
    /// Where it is until it is complete.
    public let temporaryPath: String
    private let descriptor: FileDescriptor
    private let state: OutputState?
    private var isOpen = true
    private var buffer: [UInt8] = []
    private var startedByteCount: UInt64
    private var writtenByteCount: UInt64

    /// What an interrupted run left of a file.
    public struct Beginning {
        /// How many bytes.
        public let byteCount: UInt64
        /// What has seen those bytes.
        public let hasher: DigestHasher
    }

    /// What is there already of an interrupted run.
    public let continued: Beginning?

    /// Starts an output.
    ///
    /// - Parameters:
    ///   - path: Its target.
    ///   - replacesExisting: Whether a file that is there may be replaced.
    ///   - origin: What it is made of, if it may be continued: what was made of something else is not.
    ///   - progress: Told how many bytes of an earlier run were read, of how many.
    /// - Throws: `FileError` if the target is there and may not be replaced, or cannot be written; `CancellationError`
    ///   when its task was cancelled.
    public init(
        path: String, replacesExisting: Bool, continuing origin: Digest? = nil,
        progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws {
        self.path = path
        self.replacesExisting = replacesExisting
        var status = stat()
        let exists = stat(path, &status) == 0
        if exists {
            guard replacesExisting else { throw FileError.exists(path: path) }
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw FileError.failed(action: "write", path: path, reason: "it is no regular file")
            }
        }
        // A link stays a link: what it points to is replaced.
        target = exists ? Self.resolved(path) : path
        if let origin, let partial = OutputState.open(target: target, origin: origin) {
            state = partial.state
            descriptor = partial.descriptor
            temporaryPath = partial.path
            do {
                continued = try partial.state.beginning(of: partial.descriptor, progress)
            } catch {
                // Interrupted while it was looked at: the next run looks again.
                try? partial.descriptor.close()
                throw error
            }
        } else {
            var raw: Int32 = -1
            let made = UnfinishedOutputs.add { [target] in
                var template = Array("\(target).part-XXXXXX".utf8CString)
                raw = mkstemp(&template)
                guard raw >= 0 else { return nil }
                return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
            guard let made else { throw FileError.failed("write", path, Errno(rawValue: errno)) }
            state = nil
            continued = nil
            descriptor = FileDescriptor(rawValue: raw)
            temporaryPath = made
        }
        let raw = descriptor.rawValue
        _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
        let mask = umask(0)
        umask(mask)
        fchmod(raw, exists ? status.st_mode & 0o7777 : 0o666 & ~mask)
        byteCount = continued?.byteCount ?? 0
        startedByteCount = byteCount
        writtenByteCount = byteCount
    }

    private static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    deinit {
        guard isOpen else { return }
        state?.remove()
        unlink(temporaryPath)
        UnfinishedOutputs.forget(temporaryPath)
        try? descriptor.close()
    }

    /// How many bytes it has so far.
    public private(set) var byteCount: UInt64

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
        writtenByteCount += UInt64(bytes.count)
        guard writtenByteCount - startedByteCount >= Self.writeBackByteCount else { return }
        // The disk starts on what is not there yet, and little is left for it to do when the last byte is made: that is
        // what Linux does on being told that the bytes are not needed. Those not written yet stay in memory.
        posix_fadvise(
            descriptor.rawValue, Int(clamping: startedByteCount),
            Int(clamping: writtenByteCount - startedByteCount), POSIX_FADV_DONTNEED)
        startedByteCount = writtenByteCount
    }

    private static let writeBackByteCount: UInt64 = 8 << 20

    /// Notes that the file is right so far, and has this digest; a later run can go on here.
    public func checkpoint(_ digest: Digest) throws(FileError) {
        guard let state else { return }
        try flush()
        state.note(byteCount, digest)
    }

    /// Leaves what there is to a later run, which continues at the last checkpoint; without one nothing is left.
    ///
    /// - Returns: How many bytes were kept; 0 if nothing was.
    public func keep() -> UInt64 {
        guard isOpen, let kept = state?.keep() else { return 0 }
        isOpen = false
        try? descriptor.close()
        return kept
    }

    /// Brings all bytes to disk, so that they can be read back under the temporary name.
    public func sync() throws(FileError) {
        try flush()
        guard fsync(descriptor.rawValue) == 0 else { throw .failed("sync", path, Errno(rawValue: errno)) }
    }

    /// Brings the bytes to disk and gives the file its name.
    public func commit() throws(FileError) {
        try sync()
        state?.remove()
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
        UnfinishedOutputs.forget(temporaryPath)
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
