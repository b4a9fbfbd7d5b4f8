import Glibc
import SystemPackage

/// Folders for files that outlive the program.
public enum NewFolder {
    /// Makes a folder, unless it is there.
    ///
    /// - Returns: Its path as it was given.
    public static func make(at path: String) throws(FileError) -> String {
        guard mkdir(path, 0o777) == 0 || errno == EEXIST && FileKind.at(path) == .directory else {
            throw .failed("make folder", path, Errno(rawValue: errno))
        }
        return path
    }

    /// Makes a new folder that only its owner may read, in `$TMPDIR` or /tmp.
    public static func temporary(prefix: String) throws(FileError) -> String {
        try temporary(prefix: prefix, in: temporaryParent)
    }

    /// Makes a new folder that only its owner may read.
    static func temporary(prefix: String, in parent: String) throws(FileError) -> String {
        var template = Array("\(parent)/\(prefix)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .failed("make a folder in", parent, Errno(rawValue: errno))
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Where temporary files belong.
    static var temporaryParent: String {
        getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }

    /// Removes files; what cannot be removed stays.
    public static func removeFiles(_ paths: [String]) {
        for path in paths { unlink(path) }
    }
}
