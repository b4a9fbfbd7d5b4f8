import Glibc

/// A file system of one mebibyte, which is full soon; taken away when the test lets go of it.
public final class SmallDisk {
    private let scratch: Scratch
    /// Where it is mounted.
    public var path: String { scratch.path("disk") }

    /// Mounts it; nil where that is not allowed.
    public init?() throws {
        scratch = try Scratch()
        try scratch.makeFolder("disk")
        guard mount("tmpfs", scratch.path("disk"), "tmpfs", 0, "size=1m") == 0 else { return nil }
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    /// Whether this process may mount one.
    public static var isAllowed: Bool { (try? SmallDisk()) ?? nil != nil }
}
