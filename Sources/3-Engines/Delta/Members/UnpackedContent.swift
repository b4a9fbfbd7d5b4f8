import Compression
import Recompression

/// The form of a file in which its compressed members stand uncompressed, so that what is in them can be compared.
enum UnpackedContent {
    /// Neither a member nor its compressed data may be larger: the receiver must hold them in memory.
    static let memberByteCountLimit = 64 << 20
    /// So many bytes of any file may be decompressed, however small it is.
    private static let leastInflation: UInt64 = 16 << 20
    /// Larger forms are not made: they are matched in one piece.
    static let byteCountLimit = 128 << 20
    /// So deep members are unpacked: those of a file, those of what they hold, and those of what these hold.
    static let depthLimit = 3

    /// Whatever comes of it, trying to decompress something takes as long as going through so many bytes.
    static let leastAttempt = 1024

    /// How many bytes may be gone through to decompress one file, all members and what turns out to be none together: of
    /// each, what it takes or what comes out, whichever is more.
    ///
    /// Members of real files are a few times as large as what they are compressed to; only pictures hold hundreds of times
    /// as much, and some MiB then. A file that is made to hold much more, or whose members share their data, is compared as
    /// it is.
    static func inflationLimit(ofFile byteCount: UInt64) -> UInt64 {
        max(usualInflation(ofFile: byteCount), leastInflation)
    }

    /// As much as nearly all files need of that.
    static func usualInflation(ofFile byteCount: UInt64) -> UInt64 {
        let (product, overflows) = byteCount.multipliedReportingOverflow(by: 16)
        return overflows ? .max : product
    }

    /// How many bytes may be gone through to decompress all files of a layer that are unpacked: many small files may each
    /// hold as much as one may.
    static func inflationLimit(ofLayer byteCount: UInt64) -> UInt64 {
        let (sum, overflows) = usualInflation(ofFile: byteCount).addingReportingOverflow(
            UInt64(UnpackedPatch.unusualInflationOfLayer))
        return overflows ? .max : sum
    }

    /// A longer description is not made, which takes no more than a quarter of the data that it makes.
    static let descriptionByteLimit = 4 << 20

    /// How much may be done to find out how a file's members were compressed: places looked at for matches.
    ///
    /// A reader that makes members again need not spend more, since it does what the writer did at last.
    static func searchLimit(ofFile byteCount: UInt64) -> Int {
        let (product, overflows) = byteCount.multipliedReportingOverflow(by: 512)
        return overflows || product > 1 << 60 ? 1 << 60 : 1 << 18 + Int(product)
    }

    /// How much may be done to describe a file's members, whatever compressed them: going through members that hold hundreds of
    /// times as much takes little, and few bytes of a file must not ask for much.
    static func describingLimit(ofFile byteCount: Int) -> Int {
        let (product, overflows) = byteCount.multipliedReportingOverflow(by: 1 << 13)
        return min(1 << 32, overflows ? .max : product.addingReportingOverflow(1 << 26).partialValue)
    }

    /// A form grew larger than it may, or more is decompressed than may be.
    struct TooLarge: Error {}

    /// How files with members start: gzip, zip, PNG, archives of `ar` (Debian packages) and of `cpio` (initial file systems).
    private static let starts: [[UInt8]] = [
        [0x1f, 0x8b, 8], [0x50, 0x4b, 3, 4], [0x89, 0x50, 0x4e, 0x47], Array("!<arch>\n".utf8),
        Array("07070".utf8),
    ]
    /// What the first header of a tar has (POSIX, pax, "ustar Interchange Format"), and where.
    private static let tar = (magic: Array("ustar".utf8), place: 257)

    /// Whether a file may hold members, or what a member holds: it starts as such files do, or ends as a zip file. Its form
    /// says the same.
    static func mayHoldMembers(_ file: ArraySlice<UInt8>) -> Bool {
        if starts.contains(where: file.starts(with:)) || ZlibStream.mayBe(in: file)
            || file.dropFirst(tar.place).starts(with: tar.magic)
        {
            return true
        }
        // A program before the zip file; its end has a comment that is mostly empty.
        let end = file.suffix(22)
        return end.count == 22 && end.starts(with: [0x50, 0x4b, 5, 6])
    }

    /// A member whose data can be decompressed.
    struct Member {
        /// Where its compressed data start in the file.
        let start: Int
        /// Its compressed data.
        let packed: ArraySlice<UInt8>
        /// What they hold.
        let content: [UInt8]
        /// How many bytes of the file hold them.
        let fileByteCount: Int
        /// What the form has in the place of the header's first four bytes, if they depend on the data.
        var headerStart: [UInt8]?

        /// By how much it makes the form longer than the file.
        var growth: Int { 4 + content.count - fileByteCount }

        /// What is known of it.
        var checks: MemberChecks {
            MemberChecks(
                checksum: Checksum.crc32(content), packedByteCount: UInt32(packed.count),
                byteCount: UInt32(content.count))
        }
    }

    /// What comes of looking for a member.
    enum Found {
        case found(Member)
        /// There is none; so many bytes were put together, or came out. It took going through so many.
        case none(Int, consumedByteCount: Int)
        /// It takes so many bytes, from the header on.
        case needs(Int)

        /// How many bytes were gone through.
        var passedByteCount: Int {
            switch self {
            case .found(let member): member.checks.passedByteCount
            case .none(let count, let consumed): max(count, consumed)
            case .needs: 0
            }
        }
    }

    /// Looks for the member that some bytes start with, header and all.
    static func member(
        _ header: MemberHeader, _ rest: ArraySlice<UInt8>, limit: Int, isEnd: Bool
    ) -> Found {
        let start = rest.startIndex + header.byteCount
        guard header.kind == .png else {
            let data = rest[start...].prefix(memberByteCountLimit)
            switch Inflate.decompress(data, limit: limit) {
            case .endsEarly where !isEnd && data.count < memberByteCountLimit:
                return .needs(header.byteCount + max(2 * data.count, 1 << 12))
            case .endsEarly(let count, let consumed), .failed(let count, let consumed):
                return .none(count, consumedByteCount: consumed)
            case .finished(let content, let count):
                var fileByteCount = count
                if header.kind == .zlib {
                    fileByteCount += ZlibStream.checkByteCount
                    guard isEnd || rest.count >= header.byteCount + fileByteCount else {
                        return .needs(header.byteCount + fileByteCount)
                    }
                    guard rest[(start + count)...].starts(with: ZlibStream.check(content[...])) else {
                        return .none(content.count, consumedByteCount: count)
                    }
                }
                return .found(
                    Member(
                        start: start, packed: data.prefix(count), content: content,
                        fileByteCount: fileByteCount))
            }
        }
        switch PNGStream.reading(rest, isEnd: isEnd) {
        case .needs(let count): return .needs(count)
        case .none(let count): return .none(count, consumedByteCount: count)
        case .found(let stream):
            let outcome = Inflate.decompress(stream.data, limit: limit)
            guard case .finished(let content, let count) = outcome,
                stream.holds(content, packedByteCount: count)
            else {
                return .none(
                    max(outcome.producedByteCount, stream.fileByteCount),
                    consumedByteCount: outcome.consumedByteCount)
            }
            return .found(
                Member(
                    start: start, packed: stream.data.prefix(count), content: content,
                    fileByteCount: stream.fileByteCount - header.byteCount,
                    headerStart: BigEndian.bytes(UInt32(stream.chunkByteCount))))
        }
    }
}
