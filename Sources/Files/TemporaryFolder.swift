import Glibc
import SystemPackage

/// Folders for files that outlive the program.
public enum TemporaryFolder {
    /// Makes a new folder that only its owner may read, in `$TMPDIR` or /tmp.
    public static func make(prefix: String) throws(FileError) -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var template = Array("\(parent)/\(prefix)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .failed("make a folder in", parent, Errno(rawValue: errno)) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
