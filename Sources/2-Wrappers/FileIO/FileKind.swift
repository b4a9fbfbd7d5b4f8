import Glibc
import SystemPackage

/// What lies at a path.
public enum FileKind: Sendable {
    case file, directory, other, missing

    /// Looks at a path, following symbolic links.
    ///
    /// - Throws: `FileError` if the system does not let it be seen, which is not the same as missing.
    public init(at path: String) throws(FileError) {
        var status = stat()
        guard FilePath(named: path).withPlatformString({ stat($0, &status) }) == 0 else {
            // A file where a folder should be has nothing in it.
            guard errno == ENOENT || errno == ENOTDIR else {
                throw .failed("open", path, Errno(rawValue: errno))
            }
            self = .missing
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .directory
        default: self = .other
        }
    }

    /// Looks at a path; what cannot be seen counts as missing, for those who would say no more.
    public static func at(_ path: String) -> FileKind { (try? FileKind(at: path)) ?? .missing }

    /// The names in a folder, sorted by their bytes; without `.` and `..`.
    public static func names(inFolder path: String) throws(FileError) -> [String] {
        guard let handle = FilePath(named: path).withPlatformString({ opendir($0) }) else {
            throw .failed("read folder", path, Errno(rawValue: errno))
        }
        defer { closedir(handle) }
        var names: [String] = []
        while let item = readdir(handle) {
            let name = withUnsafePointer(to: &item.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
