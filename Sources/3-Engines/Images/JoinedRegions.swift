import Bytes
public import FileIO

/// Parts of files that are read as one stream.
public struct JoinedRegions: Sendable {
    private let regions: [FileRegion]
    /// Where each of them begins in the stream.
    private let starts: [UInt64]
    /// How many bytes they have together.
    public let byteCount: UInt64

    /// The stream of some regions, one after the other.
    public init(_ regions: [FileRegion]) {
        let regions = regions.filter { $0.byteCount > 0 }
        var starts: [UInt64] = []
        var sum: UInt64 = 0
        for region in regions {
            starts.append(sum)
            sum.addClamped(region.byteCount)
        }
        self.regions = regions
        self.starts = starts
        byteCount = sum
    }

    /// Reads bytes of the stream: as many as were asked for, or those that are left.
    ///
    /// - Throws: `FileError` if they cannot be read.
    public func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        guard offset < byteCount else { return bytes }
        bytes.reserveCapacity(count)
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        var offset = offset
        while low < regions.count, bytes.count < count {
            let region = regions[low]
            let start = offset - starts[low]
            let part = min(UInt64(count - bytes.count), region.byteCount - start)
            bytes += try region.read(at: start, count: Int(part))
            offset += part
            low += 1
        }
        return bytes
    }

    /// Reads all of it, in order.
    ///
    /// - Throws: `FileError` if it cannot be read, `CancellationError` when its task was cancelled, and what the body throws.
    public func forEachPart(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        for region in regions { try region.forEachPart(body) }
    }
}
