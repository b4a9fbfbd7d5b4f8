import CFiles
import Glibc
import SystemPackage

/// A file that is being written: it has no name where the file system allows that, so that nothing is left of it
/// whatever ends the program. Elsewhere it has a temporary name and is locked: what is not locked belonged to a program
/// that died, and the next one removes it.
struct UnfinishedFile {
    /// For reading and writing; locked.
    let descriptor: FileDescriptor
    /// The name it has; nil for none.
    private(set) var name: String?
    private let folder: FilePath

    private static let prefix = ".silt-"
    private static let suffix = ".part"

    /// Makes an empty file.
    ///
    /// - Parameters:
    ///   - folder: Where it will get its name.
    ///   - isAnonymous: Whether to try without a name.
    /// - Throws: `Errno`.
    init(in folder: FilePath, isAnonymous: Bool = true) throws {
        let folder = folder.isEmpty ? FilePath(".") : folder
        if isAnonymous, let descriptor = Self.anonymous(in: folder) {
            self.init(descriptor: descriptor, name: nil, folder: folder)
        } else {
            self = try Self.named(in: folder)
        }
    }

    /// Takes over an open and locked file.
    init(descriptor: FileDescriptor, name: String?, folder: FilePath) {
        self.descriptor = descriptor
        self.name = name
        self.folder = folder
    }

    /// What it can be opened by as long as this program runs.
    var openPath: String { name ?? Self.path(of: descriptor) }

    /// Gives up the lock and closes it.
    ///
    /// A program that is just being started has the descriptor, too, until it runs: closing alone would leave the lock to it.
    ///
    /// - Throws: `Errno`.
    func close() throws {
        flock(descriptor.rawValue, LOCK_UN)
        try descriptor.close()
    }

    private static func path(of descriptor: FileDescriptor) -> String {
        "/proc/self/fd/\(descriptor.rawValue)"
    }

    // MARK: - Making

    /// A locked file without a name that may get one later; nil where there is no such thing.
    static func anonymous(in folder: FilePath, permissions: UInt32 = 0o666) -> FileDescriptor? {
        // The process's umask applies, as it does for every new file.
        let raw = cf_open_anonymous(folder.isEmpty ? "." : folder.string, permissions)
        guard raw >= 0 else { return nil }
        let descriptor = FileDescriptor(rawValue: raw)
        guard access(path(of: descriptor), F_OK) == 0, flock(raw, LOCK_EX | LOCK_NB) == 0 else {
            try? descriptor.close()
            return nil
        }
        return descriptor
    }

    private static func named(in folder: FilePath) throws -> UnfinishedFile {
        removeLeftovers(in: folder)
        while true {
            let name = folder.appending(temporaryName()).string
            var made: Result<FileDescriptor, any Error> = .failure(Errno.fileExists)
            _ = UnfinishedOutputs.add {
                made = Result {
                    try FileDescriptor.open(
                        FilePath(name), .readWrite,
                        options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
                        permissions: FilePermissions(rawValue: 0o666))
                }
                return (try? made.get()) == nil ? nil : name
            }
            if case .failure(Errno.fileExists) = made { continue }
            let descriptor = try made.get()
            // Another program may have taken it for a leftover before it was locked.
            if flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0, isNamed(descriptor, name) {
                return UnfinishedFile(descriptor: descriptor, name: name, folder: folder)
            }
            UnfinishedOutputs.forget(name)
            try? descriptor.close()
        }
    }

    private static func temporaryName() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return prefix + String(repeating: "0", count: 16 - digits.count) + digits + suffix
    }

    /// Whether a name still leads to an open file.
    static func isNamed(_ descriptor: FileDescriptor, _ name: String) -> Bool {
        var status = stat()
        var found = stat()
        return fstat(descriptor.rawValue, &status) == 0 && lstat(name, &found) == 0
            && found.st_ino == status.st_ino && found.st_dev == status.st_dev
    }

    /// Removes temporary files of this user that no running program holds.
    private static func removeLeftovers(in folder: FilePath) {
        guard let names = try? FileKind.names(inFolder: folder.string) else { return }
        for name in names where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
            let path = folder.appending(name).string
            guard
                let descriptor = try? FileDescriptor.open(
                    FilePath(path), .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
            else { continue }
            defer { try? descriptor.close() }
            var status = stat()
            guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                status.st_uid == geteuid(), flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0,
                isNamed(descriptor, path)
            else { continue }
            unlink(path)
        }
    }

    // MARK: - Naming

    /// Gives it a name that nothing has yet.
    ///
    /// - Throws: `Errno.fileExists` if something has that name, and other errors.
    mutating func take(name target: String) throws {
        guard let name else {
            guard
                linkat(AT_FDCWD, Self.path(of: descriptor), AT_FDCWD, target, AT_SYMLINK_FOLLOW) == 0
            else { throw Errno(rawValue: errno) }
            self.name = target
            return
        }
        if cf_rename_new(name, target) != 0 {
            guard [EINVAL, ENOSYS, ENOTSUP].contains(errno) else { throw Errno(rawValue: errno) }
            // Where the file system cannot do that, an empty file of our own holds the place.
            try FileDescriptor.open(
                FilePath(target), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite]
            ).close()
            guard rename(name, target) == 0 else {
                let error = Errno(rawValue: errno)
                unlink(target)
                throw error
            }
        }
        UnfinishedOutputs.forget(name)
        self.name = target
    }

    /// Gives it a name in place of whatever has it.
    ///
    /// - Throws: `Errno`.
    mutating func replace(_ target: String) throws {
        if name == nil {
            // Only what has a name can take another's place.
            Self.removeLeftovers(in: folder)
            let temporary = folder.appending(Self.temporaryName()).string
            var taken: Result<Void, any Error> = .success(())
            _ = UnfinishedOutputs.add {
                taken = Result { try take(name: temporary) }
                return name
            }
            try taken.get()
        }
        guard let name, rename(name, target) == 0 else { throw Errno(rawValue: errno) }
        UnfinishedOutputs.forget(name)
        self.name = target
    }

    /// Removes the name, if it has one.
    mutating func removeName() {
        if let name {
            unlink(name)
            UnfinishedOutputs.forget(name)
        }
        name = nil
    }
}
