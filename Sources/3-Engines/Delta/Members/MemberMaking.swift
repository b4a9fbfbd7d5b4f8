import Recompression

/// How a member's compressed data are made of its content.
enum MemberMaking: Hashable, Sendable {
    /// By a compressor that is known.
    case compressed(DeflateParameters)
    /// As the description of members says that are in so many others, whoever compressed them.
    case described(depth: Int)
}

/// The number that stands for how a member is made; 0 stands for a member that is left as it is.
enum MemberCode {
    /// Stands for a file's described members; those after it for members of what members hold.
    private static let described: UInt64 = 163

    static func of(_ making: MemberMaking?) -> UInt64 {
        switch making {
        case nil: 0
        case .described(let depth): described + UInt64(depth)
        case .compressed(let parameters):
            UInt64(parameters.encoder.rawValue) * 81 + UInt64(parameters.level - 1) * 9
                + UInt64(parameters.memoryLevel - 1) + 1
        }
    }

    /// What a number stands for where members are so deep at most.
    static func making(_ code: UInt64, depthLimit: Int) throws -> MemberMaking? {
        guard code > 0 else { return nil }
        if code >= described, code < described + UInt64(depthLimit) {
            return .described(depth: Int(code - described))
        }
        guard let encoder = DeflateParameters.Encoder(rawValue: UInt8(clamping: (code - 1) / 81)) else {
            throw DeltaError.damaged("a compressed member is of unknown kind")
        }
        return .compressed(
            DeflateParameters(
                encoder: encoder, level: Int((code - 1) % 81 / 9) + 1, memoryLevel: Int((code - 1) % 9) + 1))
    }
}

/// Makes the members of one depth that are described.
final class DescribedMembers {
    private let rebuilder: StreamsRebuilder?

    /// Opens a description; without one, no member is described.
    init(_ description: [UInt8]) throws {
        rebuilder = try description.isEmpty ? nil : Self.translating { try StreamsRebuilder(description) }
    }

    /// Makes the data of the next one.
    func make(_ content: ArraySlice<UInt8>) throws -> [UInt8] {
        guard let rebuilder else { throw DeltaError.damaged("a compressed member is not described") }
        return try Self.translating {
            try rebuilder.make(content, limit: UnpackedContent.memberByteCountLimit)
        }
    }

    private static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as RecompressionError {
            throw DeltaError.damaged("\(error)")
        }
    }
}

/// Reads how members are made, run by run, as they are met.
final class MemberCodeReader {
    private let reader: StreamReader
    private var left: UInt64 = 0
    private var making: MemberMaking?
    private var workLeft: Int
    private let depthLimit: Int
    /// What makes the described members of each depth.
    private var described: [Int: DescribedMembers] = [:]
    private let descriptionLimit: Int

    /// Reads how the members of a file of that size are made, and those of what they hold if these are unpacked in turn.
    init(_ reader: StreamReader, fileByteCount: UInt64, isNested: Bool) {
        self.reader = reader
        depthLimit = isNested ? UnpackedContent.depthLimit : 1
        // A description is shorter than what it makes.
        descriptionLimit = Int(min(fileByteCount, UInt64(UnpackedContent.descriptionByteLimit)))
        workLeft = UnpackedContent.searchLimit(ofFile: fileByteCount)
    }

    /// Whether no run was left unfinished.
    var isAtEnd: Bool { left == 0 }

    /// What compresses the next member; nil if it is left as it is.
    ///
    /// - Throws: `DeltaError` if the run is damaged; so does compressing once it took more work than a writer spends to
    ///   find out how the members of a file of that size are made.
    func next() throws -> UnpackedContent.Maker? {
        if left == 0 {
            left = try reader.varint()
            guard left > 0 else { throw DeltaError.damaged("a run of compressed members is empty") }
            making = try MemberCode.making(try reader.varint(), depthLimit: depthLimit)
            if case .described(let depth) = making, described[depth] == nil {
                described[depth] = try DescribedMembers(reader.raw(reader.count(atMost: descriptionLimit)))
            }
        }
        left -= 1
        switch making {
        case nil: return nil
        case .described(let depth): return described[depth]?.make
        case .compressed(let parameters):
            return { content in
                guard let packed = Deflate.compress(content, parameters, work: &self.workLeft) else {
                    throw DeltaError.damaged("its compressed members take more work than those of any file")
                }
                return packed
            }
        }
    }
}
