import Bytes
import Dispatch
import Glibc
import Hashing
import Locks
import SystemPackage

/// What a run that is interrupted leaves to the next: how much of a file is there, of what it was made, and its digest.
///
/// The partial file has a name only once there is something to continue.
final class OutputState: Sendable {
    private let partialPath: String
    private let path: String
    private let folder: FilePath
    private let origin: Digest
    private let descriptor: FileDescriptor
    /// Checkpoints are brought to disk here, while the next layer is made.
    private let queue = DispatchQueue(label: "checkpoint")
    private let notes: Locked<Notes>

    private struct Notes {
        var last: (byteCount: UInt64, digest: Digest)?
        var savedByteCount: UInt64 = 0
        var isSaving = false
        /// Whether the partial file has its name.
        var isNamed: Bool
        /// Whether another run has that name: then this one leaves nothing.
        var isLost = false
    }

    /// What is lost by a power cut may be this much more than the last layer: syncing takes time.
    private static let savingByteCount: UInt64 = 16 << 20
    private static let label = "silt-partial-1"
    /// Longer names are none on Linux.
    private static let nameByteCountLimit = 255

    private init(
        partialPath: String, path: String, folder: FilePath, origin: Digest, descriptor: FileDescriptor,
        isNamed: Bool
    ) {
        self.partialPath = partialPath
        self.path = path
        self.folder = folder
        self.origin = origin
        self.descriptor = descriptor
        notes = Locked(Notes(isNamed: isNamed))
    }

    /// The hidden name beside a target; of a target whose name leaves no room, a part of its name and its digest.
    static func name(beside name: String, _ suffix: String) -> String {
        let whole = ".\(name).\(suffix)"
        guard whole.utf8.count > nameByteCountLimit else { return whole }
        let end = "~\(Digest.of(Array(name.utf8)).hex.prefix(16)).\(suffix)"
        var start = "."
        for character in name.unicodeScalars
        where start.utf8.count + String(character).utf8.count + end.utf8.count <= nameByteCountLimit {
            start.unicodeScalars.append(character)
        }
        return start + end
    }

    /// Opens the partial file of a target, or makes one that has no name yet, and locks it.
    ///
    /// - Returns: nil if another run is writing it, or it is not what only this program and user can have made.
    static func open(target: String, origin: Digest) -> (state: OutputState, file: UnfinishedFile)? {
        let target = FilePath(target)
        guard let last = target.lastComponent, last.kind == .regular else { return nil }
        let folder = target.removingLastComponent()
        func path(_ suffix: String) -> String {
            folder.appending(name(beside: last.string, suffix)).string
        }
        let partialPath = path("silt-partial")
        func state(_ descriptor: FileDescriptor, isNamed: Bool) -> (OutputState, UnfinishedFile) {
            let state = OutputState(
                partialPath: partialPath, path: path("silt-state"), folder: folder, origin: origin,
                descriptor: descriptor, isNamed: isNamed)
            return (state, state.file(isNamed: isNamed))
        }
        var status = stat()
        if lstat(partialPath, &status) != 0, let descriptor = UnfinishedFile.anonymous(in: folder) {
            return state(descriptor, isNamed: false)
        }
        guard
            let descriptor = try? FileDescriptor.open(
                FilePath(partialPath), .readWrite, options: [.create, .closeOnExec, .noFollow, .nonBlocking],
                permissions: FilePermissions(rawValue: 0o666))
        else { return nil }
        // It may have been given its final name, or been removed, between opening and locking it.
        guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0, fstat(descriptor.rawValue, &status) == 0,
            status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(), status.st_nlink == 1,
            UnfinishedFile.isNamed(descriptor, partialPath)
        else {
            try? descriptor.close()
            return nil
        }
        return state(descriptor, isNamed: true)
    }

    private func file(isNamed: Bool) -> UnfinishedFile {
        UnfinishedFile(descriptor: descriptor, name: isNamed ? partialPath : nil, folder: folder)
    }

    /// What is right of the partial file; the file is cut to that.
    ///
    /// - Throws: `FileError` if it cannot be cut, `CancellationError` when its task was cancelled.
    func beginning(of file: UnfinishedFile, _ progress: (UInt64, UInt64) -> Void) throws
        -> OutputFile.Beginning?
    {
        guard file.name != nil else { return nil }
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

    /// Brings to disk how far the file is right; returns whether that worked.
    @discardableResult private func save(_ byteCount: UInt64, _ digest: Digest) -> Bool {
        // First the bytes, then their name, then what says that they are there.
        guard fdatasync(descriptor.rawValue) == 0, takeName(),
            let file = try? FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow],
                permissions: [.ownerReadWrite])
        else { return false }
        _ = try? file.writeAll("\(Self.label) \(origin) \(byteCount) \(digest) \n".utf8)
        fdatasync(file.rawValue)
        try? file.close()
        return true
    }

    /// Gives the partial file its name, unless it has it or another run's file does.
    private func takeName() -> Bool {
        notes.withLock { notes in
            guard !notes.isNamed, !notes.isLost else { return notes.isNamed }
            var file = file(isNamed: false)
            notes.isNamed = (try? file.take(name: partialPath)) != nil
            notes.isLost = !notes.isNamed
            return notes.isNamed
        }
    }

    /// Leaves the file as it was when it was last noted to be right.
    ///
    /// - Returns: How many bytes that are; nil if there was no such time, or the file cannot have its name.
    func keep() -> UInt64? {
        queue.sync {}
        guard let last = notes.withLock(\.last),
            ftruncate(descriptor.rawValue, Int(clamping: last.byteCount)) == 0,
            save(last.byteCount, last.digest)
        else { return nil }
        return last.byteCount
    }

    /// Forgets what was noted: the file is complete, or given up.
    ///
    /// - Returns: The file, which still has the name it has.
    @discardableResult func forget() -> UnfinishedFile {
        queue.sync {}
        let isNamed = notes.withLock(\.isNamed)
        if isNamed { unlink(path) }
        return file(isNamed: isNamed)
    }
}
