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
        let parent = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var template = Array("\(parent)/\(prefix)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .failed("make a folder in", parent, Errno(rawValue: errno))
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes a folder and files in it; what cannot be removed stays.
    public static func remove(_ path: String, files: [String]) {
        removeFiles(files)
        rmdir(path)
    }

    /// Removes files; what cannot be removed stays.
    public static func removeFiles(_ paths: [String]) {
        for path in paths { unlink(path) }
    }
}

/// A folder in `$TMPDIR` or /tmp for files that nobody needs when the program ends, however it ends.
public struct ScratchFolder: Sendable {
    /// Its path.
    public let path: String

    /// Makes it; only its owner may read it.
    ///
    /// - Parameter prefix: What its name begins with.
    /// - Throws: `FileError` if it cannot be made.
    public init(prefix: String) throws(FileError) {
        var failure: FileError?
        let made = UnfinishedOutputs.add {
            do throws(FileError) {
                return try NewFolder.temporary(prefix: prefix)
            } catch {
                failure = error
                return nil
            }
        }
        if let failure { throw failure }
        path = made ?? ""
    }

    /// Removes it with the files in it; what cannot be removed stays.
    public func remove() {
        Self.remove(path)
        UnfinishedOutputs.forget(path)
    }

    /// Removes a folder and the files in it.
    static func remove(_ path: String) {
        for name in (try? FileKind.names(inFolder: path)) ?? [] { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}
