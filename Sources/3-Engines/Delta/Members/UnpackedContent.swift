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
    /// How many bytes may be looked at in vain, so that a file full of headers without data takes no time.
    private static let failureLimit = 64 << 20
    /// Looking for data counts as so many bytes at least.
    private static let leastFailure = 4096

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
    private static func describingLimit(ofFile byteCount: Int) -> Int {
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

    /// Whether a file may hold members: it starts as such files do, or ends as a zip file.
    static func mayHoldMembers(_ file: [UInt8]) -> Bool {
        if starts.contains(where: file.starts(with:)) || ZlibStream.mayBe(in: file[...]) { return true }
        // A program before the zip file; its end has a comment that is mostly empty.
        let end = file.suffix(22)
        return end.count == 22 && end.starts(with: [0x50, 0x4b, 5, 6])
    }

    /// Unpacks those members of an old file that are wanted and can be.
    ///
    /// - Parameters:
    ///   - fileByteCount: The file's size.
    ///   - budget: What may be gone through.
    ///   - forEachPart: Gives out the file.
    ///   - leaves: Asked of every place where a member's data may start, if all of the file comes in one part: tells of those
    ///     that stay as they are how many bytes it takes to see that they are a member's.
    ///   - wants: Asked of every other member, in order.
    ///   - sink: Takes the file's form.
    /// - Throws: `TooLarge`, and what the closures throw.
    static func unpack(
        _ fileByteCount: UInt64, _ budget: InflationBudget,
        _ forEachPart: ((ArraySlice<UInt8>) throws -> Void) throws -> Void,
        leaves: @escaping (Int) -> Int? = { _ in nil }, wants: @escaping (Member) throws -> Bool,
        into sink: @escaping (ArraySlice<UInt8>) throws -> Void
    ) throws {
        var byteCount = 0
        let pass = Self.pass(fileByteCount, budget, leaves: leaves) {
            try $0.map(wants) ?? false
        } into: {
            byteCount += $0.count
            guard byteCount <= byteCountLimit else { throw TooLarge() }
            try sink($0)
        }
        try forEachPart(pass.write)
        try pass.finish()
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

    /// What is known of a file's members, by where their data start.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - budget: What may be gone through.
    /// - Returns: The members.
    /// - Throws: `TooLarge` if more is gone through than may be, `CancellationError` when its task was cancelled.
    static func members(of file: [UInt8], _ budget: InflationBudget = InflationBudget()) throws -> [Int:
        MemberChecks]
    {
        var members: [Int: MemberChecks] = [:]
        let pass = Self.pass(UInt64(file.count), budget) { member in
            try Task.checkCancellation()
            if let member { members[member.start] = member.checks }
            return false
        } into: { _ in
        }
        try pass.write(file[...])
        try pass.finish()
        return members
    }

    /// A pass that unpacks those members that are wanted; it asks of every one, nil standing for data that are none, but for
    /// those that are left alone because of where they start.
    private static func pass(
        _ fileByteCount: UInt64, _ budget: InflationBudget,
        leaves: @escaping (Int) -> Int? = { _ in nil }, wants: @escaping (Member?) throws -> Bool,
        into sink: @escaping (ArraySlice<UInt8>) throws -> Void
    ) -> MemberPass {
        var failed = 0
        budget.begin(fileByteCount)
        return MemberPass(
            .unpacking,
            body: { header, rest, isEnd in
                let start = rest.startIndex + header.byteCount
                if let byteCount = leaves(start) {
                    try budget.take(byteCount)
                    return .left
                }
                var member: Member?
                if failed < failureLimit {
                    let found = Self.member(
                        header, rest, limit: min(budget.left, memberByteCountLimit), isEnd: isEnd)
                    switch found {
                    case .needs(let count): return .needs(count)
                    case .none(let count, _): failed += max(count, leastFailure)
                    case .found(let one): member = one
                    }
                    try budget.take(found.passedByteCount)
                }
                guard try wants(member), let member else { return .left }
                return .turned(
                    byteCount: member.fileByteCount,
                    into: [LittleEndian.bytes(UInt32(member.content.count)), member.content], member.checks,
                    headerStart: member.headerStart)
            }, sink: sink)
    }

    /// What comes of looking for a member.
    private enum Found {
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
    private static func member(
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

    /// Makes the file again.
    ///
    /// - Parameters:
    ///   - compress: For each member in turn: makes its compressed data of its content, nil if it was left as it is.
    ///   - sink: Takes the file.
    /// - Returns: What takes the form.
    static func repacker(
        compress: @escaping () throws -> ((ArraySlice<UInt8>) throws -> [UInt8])?,
        into sink: @escaping (ArraySlice<UInt8>) throws -> Void
    ) -> MemberPass {
        // Asked once for each member, even if its content is still on its way.
        var current: ((ArraySlice<UInt8>) throws -> [UInt8])??
        return MemberPass(
            .repacking,
            body: { header, form, isEnd in
                let known = try current ?? compress()
                current = .some(known)
                guard let make = known else {
                    current = nil
                    return .left
                }
                let rest = form.dropFirst(header.byteCount)
                guard rest.count >= 4 else {
                    guard !isEnd else { throw DeltaError.damaged("a compressed member ends early") }
                    return .needs(header.byteCount + 4)
                }
                let count = Int(LittleEndian.full(rest, 0))
                guard count <= memberByteCountLimit else {
                    throw DeltaError.damaged("a compressed member is too large")
                }
                guard rest.count >= 4 + count else {
                    guard !isEnd else { throw DeltaError.damaged("a compressed member ends early") }
                    return .needs(header.byteCount + 4 + count)
                }
                current = nil
                let content = rest.dropFirst(4).prefix(count)
                let packed = try make(content)
                let checks = MemberChecks(
                    checksum: Checksum.crc32(content), packedByteCount: UInt32(clamping: packed.count),
                    byteCount: UInt32(count))
                switch header.kind {
                case .gzip, .zip: return .turned(byteCount: 4 + count, into: [packed], checks)
                case .zlib:
                    return .turned(
                        byteCount: 4 + count, into: [packed, ZlibStream.check(content)], checks)
                case .png: break
                }
                guard
                    let chunks = PNGStream.chunks(
                        header: form.dropFirst(8).prefix(2), packed: packed, content: content,
                        chunkByteCount: BigEndian.full(form, 0))
                else { throw DeltaError.damaged("the chunks of an image are too small") }
                return .turned(
                    byteCount: 4 + count, into: [Array(chunks.dropFirst(header.byteCount))], checks,
                    headerStart: Array(chunks.prefix(4)))
            }, sink: sink)
    }

    /// A new file's form, with what it takes to make the file again.
    struct Rebuildable {
        var form: [UInt8] = []
        /// How each member's data are made; nil if they stand in the form as in the file.
        var makings: [MemberMaking?] = []
        /// What makes the data that are described.
        var description: [UInt8] = []
    }

    /// Unpacks those members of a new file that are rebuilt byte for byte and that the old file does not have.
    ///
    /// - Parameters:
    ///   - file: The new file.
    ///   - budget: What may be gone through.
    ///   - limit: How large the form may be, at most `byteCountLimit`.
    ///   - known: Tells by where a member's data start what is known of it if the old file has it, too.
    /// - Returns: nil if there is none, or the form is too large.
    /// - Throws: `CancellationError` when its task was cancelled.
    static func rebuildable(
        _ file: [UInt8], _ budget: InflationBudget, limit: Int = byteCountLimit,
        known: @escaping (Int) -> MemberChecks?
    ) throws -> Rebuildable? {
        guard mayHoldMembers(file) else { return nil }
        var result = Rebuildable()
        var hints: [DeflateParameters] = []
        var work = searchLimit(ofFile: UInt64(file.count))
        var packed: [ArraySlice<UInt8>?] = []
        let describer = StreamsDescriber(work: describingLimit(ofFile: file.count))
        var room = limit - file.count
        let pass = Self.pass(
            UInt64(file.count), budget,
            leaves: { start in
                guard let known = known(start) else { return nil }
                result.makings.append(nil)
                packed.append(nil)
                return known.passedByteCount
            }
        ) { member in
            try Task.checkCancellation()
            var making: MemberMaking?
            // What does not fit into the form any more is left as it is.
            if let member, member.growth <= room {
                let found = Deflate.parameters(
                    rebuilding: member.packed, from: member.content, hints: hints, work: &work)
                if let found {
                    making = .compressed(found)
                    if hints.first != found { hints = [found] + hints.filter { $0 != found } }
                } else if try describer.add(member.packed, of: member.content) {
                    making = .described
                }
                if making != nil { room -= member.growth }
            }
            result.makings.append(making)
            packed.append(making == nil ? nil : member?.packed)
            return making != nil
        } into: {
            guard result.form.count + $0.count <= limit else { throw TooLarge() }
            result.form += $0
        }
        do {
            try pass.write(file[...])
            try pass.finish()
        } catch is TooLarge {
            return nil
        } catch is RecompressionError {
            return nil
        }
        result.description = describer.finish()
        guard packed.contains(where: { $0 != nil }),
            result.description.count <= min(file.count, descriptionByteLimit),
            try makes(file, of: result, packed)
        else { return nil }
        return result
    }

    /// Whether the form becomes the file again: members may meet in ways in which they are not told apart.
    private static func makes(_ file: [UInt8], of found: Rebuildable, _ packed: [ArraySlice<UInt8>?]) throws
        -> Bool
    {
        let described = try DescribedMembers(found.description)
        var next = 0
        var position = 0
        var isSame = true
        let repacker = repacker {
            guard next < packed.count else { return nil }
            defer { next += 1 }
            guard let data = packed[next] else { return nil }
            // What parameters make was compared when they were found.
            return found.makings[next] == .described
                ? described.make : { (_: ArraySlice<UInt8>) in Array(data) }
        } into: {
            isSame = isSame && $0.elementsEqual(file.dropFirst(position).prefix($0.count))
            position += $0.count
        }
        do {
            try repacker.write(found.form[...])
            try repacker.finish()
        } catch is DeltaError {
            return false
        }
        return isSame && position == file.count && next == packed.count
    }
}
