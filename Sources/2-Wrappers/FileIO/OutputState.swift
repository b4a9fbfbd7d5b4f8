import Bytes
import Dispatch
import Glibc
import Hashing
import Synchronization
import SystemPackage

/// What a run that is interrupted leaves to the next: how much of a file is there, of what it was made, and its digest.
final class OutputState: Sendable {
    private let path: String
    private let origin: Digest
    private let descriptor: FileDescriptor
    /// Checkpoints are brought to disk here, while the next layer is made.
    private let queue = DispatchQueue(label: "checkpoint")
    private let notes = Mutex(Notes())

    private struct Notes {
        var last: (byteCount: UInt64, digest: Digest)?
        var savedByteCount: UInt64 = 0
        var isSaving = false
    }

    /// What is lost by a power cut may be this much more than the last layer: syncing takes time.
    private static let savingByteCount: UInt64 = 16 << 20
    private static let label = "silt-partial-1"

    private init(path: String, origin: Digest, descriptor: FileDescriptor) {
        self.path = path
        self.origin = origin
        self.descriptor = descriptor
    }

    /// Opens or makes the partial file of a target and locks it.
    ///
    /// - Returns: nil if another run is writing it, or it is not what only this program and user can have made.
    static func open(target: String, origin: Digest) -> (
        state: OutputState, descriptor: FileDescriptor, path: String
    )? {
        let file = FilePath(target)
        guard let name = file.lastComponent?.string else { return nil }
        let folder = file.removingLastComponent()
        let path = folder.appending(".\(name).silt-partial").string
        guard
            let descriptor = try? FileDescriptor.open(
                FilePath(path), .readWrite, options: [.create, .closeOnExec, .noFollow],
                permissions: [.ownerReadWrite])
        else { return nil }
        var status = stat()
        var named = stat()
        // It may have been given its final name, or been removed, between opening and locking it.
        guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0, fstat(descriptor.rawValue, &status) == 0,
            status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(), status.st_nlink == 1,
            lstat(path, &named) == 0, named.st_ino == status.st_ino, named.st_dev == status.st_dev
        else {
            try? descriptor.close()
            return nil
        }
        let state = OutputState(
            path: folder.appending(".\(name).silt-state").string, origin: origin, descriptor: descriptor)
        return (state, descriptor, path)
    }

    /// What is right of the partial file; the file is cut to that.
    ///
    /// - Throws: `FileError` if it cannot be cut, `CancellationError` when its task was cancelled.
    func beginning(of descriptor: FileDescriptor, _ progress: (UInt64, UInt64) -> Void) throws
        -> OutputFile.Beginning?
    {
        let found = try noted().flatMap { try checked($0.byteCount, $0.digest, progress) }
        let byteCount = found?.byteCount ?? 0
        do {
            guard ftruncate(descriptor.rawValue, Int(clamping: byteCount)) == 0 else {
                throw Errno(rawValue: errno)
            }
            try descriptor.seek(offset: Int64(clamping: byteCount), from: .start)
        } catch {
            throw FileError.failed("write", path, error)
        }
        return found
    }

    /// What the state file says, if it is about the same thing.
    private func noted() -> (byteCount: UInt64, digest: Digest)? {
        guard
            let file = try? FileDescriptor.open(
                FilePath(path), .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
        else { return nil }
        defer { try? file.close() }
        var text = [UInt8](repeating: 0, count: 512)
        let count = (try? text.withUnsafeMutableBytes { try file.read(into: $0) }) ?? 0
        let parts = String(decoding: text.prefix(count), as: UTF8.self).split(
            separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == Self.label, parts[1] == origin.description, parts[4] == "\n",
            let byteCount = UInt64(parts[2]), let digest = Digest(String(parts[3]))
        else { return nil }
        return (byteCount, digest)
    }

    /// Reads that much of the partial file; nil if it is not what was noted.
    private func checked(_ byteCount: UInt64, _ digest: Digest, _ progress: (UInt64, UInt64) -> Void) throws
        -> OutputFile.Beginning?
    {
        var hasher = DigestHasher()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var done: UInt64 = 0
        while done < byteCount {
            try Task.checkCancellation()
            let wanted = Int(min(UInt64(buffer.count), byteCount - done))
            let count =
                (try? buffer.withUnsafeMutableBytes {
                    try descriptor.read(
                        fromAbsoluteOffset: Int64(clamping: done),
                        into: UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]))
                }) ?? 0
            guard count > 0 else { return nil }
            hasher.update(buffer[..<count])
            done += UInt64(count)
            progress(done, byteCount)
        }
        let copy = hasher
        guard copy.finish() == digest else { return nil }
        notes.withLock {
            $0.last = (byteCount, digest)
            $0.savedByteCount = byteCount
        }
        return OutputFile.Beginning(byteCount: byteCount, hasher: hasher)
    }

    /// Notes how far the file is right; brings that to disk in the background if it is much more than before.
    func note(_ byteCount: UInt64, _ digest: Digest) {
        let saves = notes.withLock { notes in
            notes.last = (byteCount, digest)
            let saves = !notes.isSaving && byteCount - notes.savedByteCount >= Self.savingByteCount
            if saves { notes.isSaving = true }
            return saves
        }
        guard saves else { return }
        queue.async { [self] in
            save(byteCount, digest)
            notes.withLock {
                $0.isSaving = false
                $0.savedByteCount = byteCount
            }
        }
    }

    private func save(_ byteCount: UInt64, _ digest: Digest) {
        // First the bytes, then what says that they are there.
        guard fdatasync(descriptor.rawValue) == 0,
            let file = try? FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow],
                permissions: [.ownerReadWrite])
        else { return }
        _ = try? file.writeAll("\(Self.label) \(origin) \(byteCount) \(digest) \n".utf8)
        fdatasync(file.rawValue)
        try? file.close()
    }

    /// Leaves the file as it was when it was last noted to be right.
    ///
    /// - Returns: How many bytes that are; nil if there was no such time.
    func keep() -> UInt64? {
        queue.sync {}
        guard let last = notes.withLock(\.last),
            ftruncate(descriptor.rawValue, Int(clamping: last.byteCount)) == 0
        else { return nil }
        save(last.byteCount, last.digest)
        return last.byteCount
    }

    /// Forgets all: the file is complete, or given up.
    func remove() {
        queue.sync {}
        unlink(path)
    }
}
