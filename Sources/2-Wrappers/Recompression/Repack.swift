/// The description of a compressed blob: what it takes, besides the data that the blob holds, to make the blob again.
public struct Repack: Sendable {
    /// What descriptions start with: no tar, gzip or zstd does.
    static let magic: [UInt8] = Array("SLTZ".utf8)
    /// What kind of blob a description is of.
    enum Form: UInt8 {
        /// gzip members.
        case gzip = 1
        /// zstd frames.
        case zstd
        /// zstd frames whose headers follow from what they hold.
        case cutZstd
        /// The same, with tables behind the data that follow from these.
        case chunkedZstd

        /// Whether frames' headers follow from what they hold.
        var isCut: Bool { self == .cutZstd || self == .chunkedZstd }
        /// Blobs that hold as much are not described.
        var plainLimit: UInt64 { self == .gzip ? 1 << 47 : 1 << 39 }
    }

    /// The description.
    public let bytes: [UInt8]
    /// Whose blob it is, in words.
    public let encoder: String
    /// Whether it takes the old blob that was there when it was made.
    public let takesOldBlob: Bool

    /// What came of describing a blob.
    public enum Outcome: Sendable {
        /// There is a description.
        case described(Repack)
        /// There is none.
        case refused(Refusal)
    }

    /// When an old blob is made use of: the receiver may hold the old data in another form.
    public enum OldUse: Sendable {
        /// Where it saves a good part of a description.
        case whereItPays
        /// Always, even where it makes descriptions longer.
        case always
    }

    /// Why a blob has no description.
    public enum Refusal: Hashable, Sendable {
        /// It is made of something else than gzip members or zstd frames, or in a way that is not followed.
        case unknownForm
        /// It copies from further back than is held of the data.
        case reachesTooFar
        /// Following its encoder would take far longer than for real data.
        case tooMuchWork
        /// It would be too long: about how long, in bytes.
        case tooLong(byteCount: UInt64)
    }

    /// Describes a blob of gzip members or zstd frames.
    ///
    /// - Parameters:
    ///   - blob: The blob.
    ///   - plain: What it holds.
    ///   - old: Opens a blob that was made of similar data, likely by the same encoder, if there is one; not called
    ///     where it is of no use.
    ///   - oldUse: When the old blob is made use of.
    ///   - limit: How long the description may be.
    ///   - progress: Told how many more bytes of the data were gone through; they are gone through three times at most.
    /// - Returns: The description, which was proven to make the blob: where a model got tokens wrong, by reading it; where it
    ///   made all of them itself, by comparing what was made with the blob. Nil if there is none that is short enough.
    /// - Throws: What reading throws, `CancellationError` when its task was cancelled.
    public static func describe(
        blob: ByteSource, plain: ByteSource, old: () throws -> OldBlob? = { nil },
        _ oldUse: OldUse = .whereItPays, limit: Int,
        progress: (Int) -> Void = { _ in }
    ) throws -> Repack? {
        guard
            case .described(let repack) = try attempt(
                blob: blob, plain: plain, old: old, oldUse, limit: limit,
                progress: progress)
        else { return nil }
        return repack
    }

    /// Describes a blob, or tells why that is not worth it; otherwise the same as `describe`.
    public static func attempt(
        blob: ByteSource, plain: ByteSource, old: () throws -> OldBlob? = { nil },
        _ oldUse: OldUse = .whereItPays, limit: Int,
        progress: (Int) -> Void = { _ in }
    ) throws -> Outcome {
        let start = try blob.read(0, Int(min(blob.byteCount, 2)))
        guard start == [0x1f, 0x8b] else {
            return try FrameDescriber(blob: blob, plain: plain, limit: limit).describe(progress)
        }
        return try withoutActuallyEscaping(old) { old in
            try Describer(blob: blob, plain: plain, old: old, oldUse: oldUse, limit: limit)
                .describe(progress)
        }
    }
}

/// Bytes that can be read at any place.
public struct ByteSource {
    /// How many there are.
    public let byteCount: UInt64
    /// Reads so many at an offset.
    public let read: (UInt64, Int) throws -> [UInt8]

    /// Bytes that a closure reads.
    public init(byteCount: UInt64, read: @escaping (_ offset: UInt64, _ count: Int) throws -> [UInt8]) {
        self.byteCount = byteCount
        self.read = read
    }

    /// Bytes in memory.
    public init(_ bytes: [UInt8]) {
        byteCount = UInt64(bytes.count)
        read = { offset, count in Array(bytes[Int(offset)...].prefix(count)) }
    }

    /// Reads some, front to back, in parts, until there are enough.
    func forEachPart(limit: UInt64 = .max, _ body: (ArraySlice<UInt8>) throws -> Bool) throws {
        var offset: UInt64 = 0
        let end = min(byteCount, limit)
        while offset < end {
            let part = try read(offset, Int(min(end - offset, 1 << 17)))
            guard !part.isEmpty, try body(part[...]) else { return }
            offset += UInt64(part.count)
        }
    }
}
