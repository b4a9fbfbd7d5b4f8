import Bytes
import FileTree

/// Files that an advice is about.
struct FileGroup {
    private static let exampleCount = 3

    private(set) var count = 0
    private(set) var byteCount: UInt64 = 0
    private var largest: [(size: UInt64, path: TreePath)] = []

    /// Paths of the largest files.
    var examples: [TreePath] { largest.map(\.path) }

    /// Adds a file of that size.
    mutating func add(_ path: @autoclosure () -> TreePath, size: UInt64) {
        count += 1
        byteCount.addClamped(size)
        guard largest.count < Self.exampleCount || size > (largest.last?.size ?? 0) else { return }
        let place = largest.firstIndex { $0.size < size } ?? largest.count
        largest.insert((size, path()), at: place)
        if largest.count > Self.exampleCount { largest.removeLast() }
    }

    /// `1 file`, `1,200 files`.
    var files: String { Self.files(count) }

    /// A number of files in words.
    static func files(_ count: Int) -> String {
        count == 1 ? "1 file" : "\(ByteCount.grouped(UInt64(count))) files"
    }
}
