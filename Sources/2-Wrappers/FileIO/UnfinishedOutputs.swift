import Glibc
import Locks

/// The temporary names of outputs that are being written, and folders for what is soon done with, so that a program that ends in
/// the middle of its work can remove them.
///
/// Any thread may call these functions.
public enum UnfinishedOutputs {
    private static let paths = Locked<Set<String>>([])

    /// Makes a file or a folder and notes its name in one step, so that there is no moment when only one of both is done.
    ///
    /// - Parameter make: Makes the file; returns its path, or nil if it could not be made.
    /// - Returns: What `make` returned.
    static func add(_ make: () -> String?) -> String? {
        paths.withLock { paths in
            guard let path = make() else { return nil }
            paths.insert(path)
            return path
        }
    }

    /// Forgets a file that has its final name or is gone.
    static func forget(_ path: String) {
        paths.withLock { _ = $0.remove(path) }
    }

    /// Removes all of them and ends the process at once: no thread gets to make another one, and nothing is freed.
    public static func removeAndEnd(status: Int32) -> Never {
        paths.withLock { paths in
            for path in paths where unlink(path) != 0 { ScratchFolder.removeTree(path) }
            _exit(status)
        }
    }
}
