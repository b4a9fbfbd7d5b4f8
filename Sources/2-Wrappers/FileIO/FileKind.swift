import Glibc
import SystemPackage

/// What lies at a path.
public enum FileKind: Sendable {
    case file, directory, other, missing

    /// Looks at a path, following symbolic links.
    public static func at(_ path: String) -> FileKind {
        var status = stat()
        guard stat(path, &status) == 0 else { return .missing }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        default: return .other
        }
    }

    /// The names in a folder, sorted by their bytes; without `.` and `..`.
    public static func names(inFolder path: String) throws(FileError) -> [String] {
        guard let handle = opendir(path) else { throw .failed("read folder", path, Errno(rawValue: errno)) }
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
