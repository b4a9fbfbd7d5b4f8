import Compression
import Recompression

extension UnpackedContent {
    /// Makes a member's data of what it holds.
    typealias Maker = (ArraySlice<UInt8>) throws -> [UInt8]

    /// Makes the file again.
    ///
    /// - Parameters:
    ///   - contents: How much what members hold may come to that is made of forms in turn; nil if none is.
    ///   - compress: For each member in turn: makes its compressed data of its content, nil if it was left as it is.
    ///   - sink: Takes the file.
    /// - Returns: What takes the form.
    static func repacker(
        contents: InflationBudget? = nil, compress: @escaping () throws -> Maker?,
        into sink: @escaping (ArraySlice<UInt8>) throws -> Void
    ) -> MemberPass {
        repacker(contents, depth: 0, compress: compress, into: sink)
    }

    private static func repacker(
        _ contents: InflationBudget?, depth: Int, compress: @escaping () throws -> Maker?,
        into sink: @escaping (ArraySlice<UInt8>) throws -> Void
    ) -> MemberPass {
        // Asked once for each member, even if its content is still on its way.
        var current: Maker??
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
                var content = rest.dropFirst(4).prefix(count)
                if let contents, goesInto(content, depth: depth) {
                    content = try Self.content(of: content, contents, depth: depth + 1, compress: compress)[
                        ...]
                }
                let packed = try make(content)
                let checks = MemberChecks(
                    checksum: Checksum.crc32(content), packedByteCount: UInt32(clamping: packed.count),
                    byteCount: UInt32(content.count))
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

    /// What a member holds, made of its form.
    private static func content(
        of form: ArraySlice<UInt8>, _ contents: InflationBudget, depth: Int,
        compress: @escaping () throws -> Maker?
    ) throws -> [UInt8] {
        try Task.checkCancellation()
        var content: [UInt8] = []
        let limit = min(memberByteCountLimit, contents.left)
        let pass = repacker(contents, depth: depth, compress: compress) {
            guard $0.count <= limit - content.count else {
                throw DeltaError.damaged("what its compressed members hold becomes too large")
            }
            content += $0
        }
        try pass.run(form)
        do {
            try contents.take(content.count)
        } catch is TooLarge {
            throw DeltaError.damaged("what its compressed members hold becomes too large")
        }
        return content
    }

    /// A new file's form, with what it takes to make the file again.
    struct Rebuildable {
        var form: [UInt8] = []
        /// How each member's data are made; nil if they stand in the form as in the file.
        var makings: [MemberMaking?] = []
        /// What makes the data that are described, for each depth of members.
        var descriptions: [[UInt8]] = []
        /// Whether a member of what a member holds is unpacked.
        var unpacksInside = false
    }

    /// What a member's form must become again.
    private struct Proof {
        let packed: ArraySlice<UInt8>
        /// What it holds, if that is made of a form in turn.
        let content: [UInt8]?
    }

    /// Unpacks those members of a new file that are rebuilt byte for byte and that the old file does not have.
    ///
    /// - Parameters:
    ///   - file: The new file.
    ///   - budget: What may be gone through.
    ///   - limit: How large the form may be, at most `byteCountLimit`.
    ///   - known: What is known of its members.
    ///   - shared: The checks of those that the old file has, too.
    ///   - isNested: Whether what members hold is unpacked in turn.
    /// - Returns: nil if there is none, or the form is too large.
    /// - Throws: `CancellationError` when its task was cancelled.
    static func rebuildable(
        _ file: [UInt8], _ budget: InflationBudget, limit: Int = byteCountLimit, known: [Int: KnownMember],
        shared: Set<MemberChecks>, isNested: Bool
    ) throws -> Rebuildable? {
        var result = Rebuildable()
        var proofs: [Proof?] = []
        var work = searchLimit(ofFile: UInt64(file.count))
        // Members of one depth are mostly of one program, which differs from that of another.
        var hints = [[DeflateParameters]](repeating: [], count: depthLimit)
        let describer = StreamsDescriber(work: describingLimit(ofFile: file.count))
        let describers = [describer] + (1..<depthLimit).map { _ in StreamsDescriber(besides: describer) }
        let unpacking = Unpacking(budget, isNested: isNested, shared: shared, room: limit - file.count) {
            result.makings.append(nil)
            proofs.append(nil)
        } wants: { member, fits, depth in
            try Task.checkCancellation()
            var making: MemberMaking?
            // What does not fit into the form any more is left as it is.
            if let member, fits {
                let found = Deflate.parameters(
                    rebuilding: member.packed, from: member.content, hints: hints[depth], work: &work)
                if let found {
                    making = .compressed(found)
                    if hints[depth].first != found {
                        hints[depth] = [found] + hints[depth].filter { $0 != found }
                    }
                } else if try describers[depth].add(member.packed, of: member.content) {
                    making = .described(depth: depth)
                }
            }
            result.makings.append(making)
            proofs.append(
                making == nil
                    ? nil
                    : member.map {
                        Proof(
                            packed: $0.packed,
                            content: isNested && goesInto($0.content[...], depth: depth) ? $0.content : nil)
                    })
            if making != nil, depth > 0 { result.unpacksInside = true }
            return making != nil
        }
        let pass = unpacking.pass(over: UInt64(file.count), known) {
            guard result.form.count + $0.count <= limit else { throw TooLarge() }
            result.form += $0
        }
        do {
            try pass.run(file[...])
        } catch is TooLarge {
            return nil
        } catch is RecompressionError {
            return nil
        }
        result.descriptions = describers.map { $0.finish() }
        let most = min(file.count, descriptionByteLimit)
        guard proofs.contains(where: { $0 != nil }), result.descriptions.allSatisfy({ $0.count <= most }),
            try makes(file, of: result, proofs, isNested: isNested)
        else { return nil }
        return result
    }

    /// Whether the form becomes the file again: members may meet in ways in which they are not told apart.
    private static func makes(
        _ file: [UInt8], of found: Rebuildable, _ proofs: [Proof?], isNested: Bool
    ) throws -> Bool {
        let described = try found.descriptions.map { try DescribedMembers($0) }
        var next = 0
        var position = 0
        var isSame = true
        let contents = InflationBudget()
        contents.begin(UInt64(file.count))
        let repacker = repacker(contents: isNested ? contents : nil) {
            guard next < proofs.count else { return nil }
            defer { next += 1 }
            guard let proof = proofs[next] else { return nil }
            let making = found.makings[next]
            return { content in
                if let right = proof.content { isSame = isSame && content.elementsEqual(right) }
                // What parameters make was compared when they were found.
                guard case .described(let depth) = making else { return Array(proof.packed) }
                return try described[depth].make(content)
            }
        } into: {
            isSame = isSame && $0.elementsEqual(file.dropFirst(position).prefix($0.count))
            position += $0.count
        }
        do {
            try repacker.run(found.form[...])
        } catch is DeltaError {
            return false
        }
        return isSame && position == file.count && next == proofs.count
    }
}
