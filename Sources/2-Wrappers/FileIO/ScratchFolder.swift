import Glibc
import Locks
import SystemPackage

/// A folder in `$TMPDIR` or /tmp for files that nobody needs when the program ends, however it ends.
///
/// It is locked: what is not locked belonged to a program that died, and the next one removes it. Programs that are started
/// meanwhile hold the lock as well, so that an editor keeps its file though this program was killed.
public struct ScratchFolder: Sendable {
    /// Its path.
    public let path: String

    private static let prefix = "silt-scratch"
    /// What holds the locks, by path.
    private static let locks = Locked<[String: FileDescriptor]>([:])

    /// Makes it; only its owner may read it.
    ///
    /// - Throws: `FileError` if it cannot be made.
    public init() throws(FileError) { try self.init(in: NewFolder.temporaryParent) }

    /// Makes it in another folder.
    init(in parent: String) throws(FileError) {
        Self.removeLeftovers(in: parent)
        while true {
            let path = try Self.named(in: parent)
            // Another program may have taken it for a leftover before it was locked.
            if let lock = Self.lock(path, options: []) {
                Self.locks.withLock { $0[path] = lock }
                self.path = path
                return
            }
            UnfinishedOutputs.forget(path)
        }
    }

    /// A new folder that is removed whatever signal ends the program.
    private static func named(in parent: String) throws(FileError) -> String {
        var made: Result<String, FileError> = .success("")
        _ = UnfinishedOutputs.add {
            made = Result { () throws(FileError) in try NewFolder.temporary(prefix: prefix, in: parent) }
            return try? made.get()
        }
        return try made.get()
    }

    /// Locks a folder of this user; nil if it is none, or somebody else has the lock.
    private static func lock(_ path: String, options: FileDescriptor.OpenOptions) -> FileDescriptor? {
        guard
            let descriptor = try? FileDescriptor.open(
                FilePath(path), .readOnly, options: options.union([.directory, .noFollow]))
        else { return nil }
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0, status.st_uid == geteuid(),
            flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0, UnfinishedFile.isNamed(descriptor, path)
        else {
            try? descriptor.close()
            return nil
        }
        return descriptor
    }

    /// Removes what programs left that were killed.
    private static func removeLeftovers(in parent: String) {
        guard let names = try? FileKind.names(inFolder: parent) else { return }
        for name in names where name.hasPrefix(prefix + "-") {
            guard let lock = lock("\(parent)/\(name)", options: [.closeOnExec]) else { continue }
            removeTree("\(parent)/\(name)")
            try? lock.close()
        }
    }

    /// Removes it with all that is in it; what cannot be removed stays.
    public func remove() { Self.remove(path) }

    /// Removes the folder that has a path with all that is in it; what cannot be removed stays.
    public static func remove(_ path: String) {
        removeTree(path)
        UnfinishedOutputs.forget(path)
        try? locks.withLock { $0.removeValue(forKey: path) }?.close()
    }

    /// Removes a folder with all that is in it.
    static func removeTree(_ path: String) {
        for name in (try? FileKind.names(inFolder: path)) ?? [] where unlink("\(path)/\(name)") != 0 {
            removeTree("\(path)/\(name)")
        }
        rmdir(path)
    }
}
