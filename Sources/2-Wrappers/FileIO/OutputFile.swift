public import Bytes
import Glibc
public import Hashing
import SystemPackage

/// A file that appears under its name only when it is complete: written beside its target, synced, then named.
///
/// Until then it has no name where the file system allows that. Where it may be continued, `.NAME.silt-partial` and
/// `.NAME.silt-state`, which says how much of that was made of what, appear with the first checkpoint; both outlive an
/// interrupted run, and nothing else does.
///
/// To be used by one thread at a time.
public final class OutputFile {
    /// The name it will have.
    public let path: String
    private let replacesExisting: Bool
    private let target: String
    private var file: UnfinishedFile
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

    /// Refuses to take the place of a file that is read, under whatever name.
    ///
    /// - Parameters:
    ///   - path: What is to be written.
    ///   - inputs: What is read: files, and folders with all that is in them.
    /// - Throws: `FileError.isInput` if it is one of them.
    public static func check(_ path: String, isNoneOf inputs: [String]) throws(FileError) {
        func identity(_ path: String) -> (dev_t, ino_t)? {
            var status = stat()
            return stat(path, &status) == 0 ? (status.st_dev, status.st_ino) : nil
        }
        guard let target = identity(path) else { return }
        var places = [target]
        // A link may lie in a folder that is read, and so may what it points to, which is what would be replaced.
        for name in [path, resolved(path)] {
            // From folder to folder, up to the root, which is above itself.
            var folder = FilePath(name).removingLastComponent().string
            if folder.isEmpty { folder = "." }
            var last = target
            var depth = 0
            while let place = identity(folder), depth < 4096, place != last {
                places.append(place)
                last = place
                depth += 1
                folder += "/.."
            }
        }
        for input in inputs {
            if let input = identity(input), places.contains(where: { $0 == input }) {
                throw .isInput(path: path)
            }
        }
    }

    /// Starts an output.
    ///
    /// - Parameters:
    ///   - path: Its target.
    ///   - replacesExisting: Whether a file that is there may be replaced.
    ///   - expected: How many bytes it will have, if that is known: there must be room for them.
    ///   - origin: What it is made of, if it may be continued: what was made of something else is not.
    ///   - progress: Called with how many bytes of an earlier run were read, and the total.
    /// - Throws: `FileError` if the target is there and may not be replaced, cannot be written, or has no room;
    ///   `CancellationError` when its task was cancelled.
    public init(
        path: String, replacesExisting: Bool, expecting expected: UInt64? = nil,
        continuing origin: Digest? = nil, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
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
        let folder = FilePath(target).removingLastComponent()
        if let origin, let partial = OutputState.open(target: target, origin: origin) {
            state = partial.state
            file = partial.file
            do {
                continued = try partial.state.beginning(of: partial.file, progress)
            } catch {
                // Interrupted while it was looked at: the next run looks again.
                try? partial.file.close()
                throw error
            }
        } else {
            state = nil
            continued = nil
            do {
                // A folder alone, or nothing, is no name.
                guard FilePath(target).lastComponent?.kind == .regular else {
                    throw Errno.noSuchFileOrDirectory
                }
                file = try UnfinishedFile(in: folder)
            } catch {
                throw FileError.failed("write", path, error)
            }
        }
        byteCount = continued?.byteCount ?? 0
        startedByteCount = byteCount
        writtenByteCount = byteCount
        // A new file has the mode that the umask leaves.
        if exists { fchmod(file.descriptor.rawValue, status.st_mode & 0o7777) }
        if let expected { try checkRoom(for: expected - min(expected, byteCount)) }
    }

    private static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// How much room the file system has where a file is to be written.
    ///
    /// - Parameter path: The file's name.
    /// - Returns: Bytes; nil if it does not tell, or if there is no such directory.
    public static func freeByteCount(for path: String) -> UInt64? {
        var status = statvfs()
        let folder = FilePath(path).removingLastComponent().string
        guard statvfs(folder.isEmpty ? "." : folder, &status) == 0 else { return nil }
        return freeByteCount(status)
    }

    /// What there is room for; nil on file systems that do not tell.
    private static func freeByteCount(_ status: statvfs) -> UInt64? {
        status.f_blocks > 0 ? UInt64(status.f_bavail).multipliedClamped(UInt64(status.f_frsize)) : nil
    }

    /// Throws if the file system has no room for so many bytes more.
    private func checkRoom(for more: UInt64) throws(FileError) {
        var status = statvfs()
        guard fstatvfs(file.descriptor.rawValue, &status) == 0, let free = Self.freeByteCount(status) else {
            return
        }
        guard more <= free else { throw .noRoom(path: path, byteCount: more, freeByteCount: free) }
    }

    deinit {
        guard isOpen else { return }
        // What an earlier run left stays as it was found where nothing came to it: the disk may be full, or an input gone.
        if let continued, continued.byteCount == byteCount, state?.keep() != nil {
            try? file.close()
            return
        }
        if let state { file = state.forget() }
        file.removeName()
        try? file.close()
    }

    /// How many bytes it has so far.
    public private(set) var byteCount: UInt64

    /// What it can be read back by, after `sync()`, until it has its name.
    public var temporaryPath: String { file.openPath }

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
            _ = try bytes.withUnsafeBytes { try file.descriptor.writeAll($0) }
        } catch {
            throw .failed("write", path, error)
        }
        writtenByteCount += UInt64(bytes.count)
        guard writtenByteCount - startedByteCount >= Self.writeBackByteCount else { return }
        // The disk starts on what is not there yet, and little is left for it to do when the last byte is made: that is
        // what Linux does on being told that the bytes are not needed. Those not written yet stay in memory.
        posix_fadvise(
            file.descriptor.rawValue, Int(clamping: startedByteCount),
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
        try? file.close()
        return kept
    }

    /// Brings all bytes to disk, so that they can be read back under the temporary path.
    public func sync() throws(FileError) {
        try flush()
        guard fsync(file.descriptor.rawValue) == 0 else {
            throw .failed("sync", path, Errno(rawValue: errno))
        }
    }

    /// Brings the bytes to disk and gives the file its name.
    ///
    /// - Throws: `FileError.exists` if a file of that name appeared in the meantime and may not be replaced.
    public func commit() throws(FileError) {
        try sync()
        // From now on the name of what can be continued is just a temporary one.
        if let state { file = state.forget() }
        do {
            try replacesExisting ? file.replace(target) : file.take(name: target)
        } catch Errno.fileExists where !replacesExisting {
            throw .exists(path: path)
        } catch {
            throw .failed("name", path, error)
        }
        isOpen = false
        do { try file.close() } catch { throw .failed("close", path, error) }
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
