import Bytes
import Compression
import Recompression

/// A patch of what an old file's compressed members hold into what a new file's do.
public struct UnpackedPatch: Sendable {
    /// The patch of the unpacked forms.
    public private(set) var patch: StoredPatch
    /// How each member of the new file is made; nil if it is left as it is.
    let makings: [MemberMaking?]
    /// What makes those that are described, for each depth.
    var descriptions: [[UInt8]] = []
    /// Which members of the old file are unpacked.
    let unpacksOld: [Bool]
    /// How many bytes beyond what is usual were gone through to decompress one of the files, whichever took more.
    public private(set) var unusualInflation = 0
    /// Whether what members hold is unpacked in turn.
    private(set) var isNested = false

    /// How many bytes beyond what is usual may be gone through to decompress the files of any layer, all together.
    public static let unusualInflationOfLayer = 128 << 20

    /// How many a writer goes through at most: a small layer must not ask for much, but one picture may be in it.
    ///
    /// - Parameter byteCount: The layer's size.
    /// - Returns: Bytes.
    public static func unusualInflation(ofLayer byteCount: UInt64) -> Int {
        min(max(Int(clamping: byteCount.multipliedClamped(32)), 16 << 20), unusualInflationOfLayer)
    }

    /// More is to be gone through in two files than was allowed, and maybe not more than ever may.
    public struct HoldsMore: Error {}

    /// Finds a patch between two files.
    ///
    /// - Parameters:
    ///   - old: The old file.
    ///   - new: The new file.
    ///   - method: How to search.
    ///   - limit: How large both forms may be at most, which are matched in one piece; never more than 128 MiB.
    ///   - unusualInflation: How many bytes may be gone through to decompress each file, beyond what is usual for one of the new
    ///     file's size.
    ///   - asksForMore: Whether `HoldsMore` is thrown for what members hold, too; otherwise these are compared as they are where
    ///     that is too little.
    ///   - keepsHints: Whether what stands around changes is kept.
    /// - Returns: nil unless the new file has a compressed member that can be rebuilt, and the old one any.
    /// - Throws: `HoldsMore` if more would have to be gone through than is allowed here, and than is usual;
    ///   `CancellationError` when its task was cancelled.
    public static func between(
        _ old: [UInt8], _ new: [UInt8], method: MatchMethod, limit: Int = .max,
        unusualInflation: Int = unusualInflationOfLayer, asksForMore: Bool = false, keepsHints: Bool = true
    ) throws -> UnpackedPatch? {
        guard UnpackedContent.mayHoldMembers(old[...]), UnpackedContent.mayHoldMembers(new[...]) else {
            return nil
        }
        let usual = UnpackedContent.usualInflation(ofFile: UInt64(new.count))
        let most = usual.addingReportingOverflow(UInt64(max(unusualInflation, 0))).partialValue
        let pair = MemberPair(
            old: old, new: new, limit: min(limit, UnpackedContent.byteCountLimit), asksForMore: asksForMore)
        guard let forms = try pair.forms(each: most) else { return nil }
        var place = PatchPlace.archives
        place.keepsHints = keepsHints
        return UnpackedPatch(
            patch: StoredPatch(try Patch.between(forms.old, forms.new.form, method: method, place: place)),
            makings: forms.new.makings, descriptions: forms.new.descriptions, unpacksOld: forms.unpacksOld,
            unusualInflation: Int(clamping: forms.inflation - min(usual, forms.inflation)),
            isNested: forms.isNested)
    }

    /// The same, kept in a temporary file if it is large.
    ///
    /// - Parameter makeStore: Makes room for it.
    /// - Returns: A patch to be written like this one.
    /// - Throws: What storing throws.
    public func stored(in makeStore: () throws -> any ScratchStore) throws -> UnpackedPatch {
        var stored = self
        stored.patch = try patch.stored(in: makeStore)
        return stored
    }

    /// Which old members are unpacked and how new ones are made, in runs of equal ones; see docs/format/recipe.md "Unpacked contents".
    func write(to numbers: inout ByteWriter) {
        var runs: [Int] = []
        var isUnpacked = true
        for item in unpacksOld {
            if runs.isEmpty || item != isUnpacked {
                if runs.isEmpty, !item { runs.append(0) }
                runs.append(0)
                isUnpacked = item
            }
            runs[runs.count - 1] += 1
        }
        numbers.varint(runs.count)
        for run in runs { numbers.varint(run) }
        var described: Set<Int> = []
        var rest = makings[...]
        while let first = rest.first {
            let run = rest.prefix { $0 == first }
            numbers.varint(run.count)
            numbers.varint(MemberCode.of(first))
            if case .described(let depth) = first, described.insert(depth).inserted {
                // One description makes all that are described of a depth.
                numbers.varint(descriptions[depth].count)
                numbers.raw(descriptions[depth])
            }
            rest = rest[run.endIndex...]
        }
    }
}

/// Tells of an old file's members, in order, whether they are unpacked.
final class MemberChoices {
    private var runs: ArraySlice<UInt64>
    private var isUnpacked = true

    /// Further runs are not accepted: files have no more members.
    static let runLimit = 1 << 20

    /// Reads runs of members that are unpacked and of those that are not, in turn.
    init(_ reader: StreamReader) throws {
        var runs: [UInt64] = []
        for _ in 0..<(try reader.count(atMost: Self.runLimit)) { runs.append(try reader.varint()) }
        self.runs = runs[...]
    }

    /// Whether the next member is unpacked; members behind the last run are not.
    func next() -> Bool {
        while runs.first == 0 {
            runs.removeFirst()
            isUnpacked.toggle()
        }
        guard let first = runs.first else { return false }
        runs[runs.startIndex] = first - 1
        return isUnpacked
    }
}

/// What a decoder keeps an old file's unpacked form in: written once in order, then read anywhere.
public protocol ScratchStore {
    /// Adds bytes at the end.
    func append(_ bytes: ArraySlice<UInt8>) throws
    /// Ends writing.
    func finish() throws -> @Sendable (_ offset: UInt64, _ count: Int) throws -> [UInt8]
}

/// The unpacked form of an old file as a patch's old content.
struct UnpackedReference: ReferenceSource {
    private let byteCount: UInt64
    private let read: @Sendable (_ offset: UInt64, _ count: Int) throws -> [UInt8]

    /// Unpacks those members of an entry's content that are chosen, and of what these hold if forms are nested.
    ///
    /// - Throws: `DeltaError` if the form is larger than forms may be, or going through the content takes too much.
    init(
        _ references: any ReferenceSource, _ ordinal: Int, _ choices: MemberChoices,
        _ budget: InflationBudget, isNested: Bool, in store: any ScratchStore
    ) throws {
        let count = references.contentByteCount(of: ordinal)
        var byteCount: UInt64 = 0
        let limit = UInt64(UnpackedContent.byteCountLimit)
        let unpacking = Unpacking(budget, isNested: isNested, room: 0) { member, _, _ in
            member != nil && choices.next()
        }
        do {
            let pass = unpacking.pass(over: count) {
                byteCount += UInt64($0.count)
                guard byteCount <= limit else { throw UnpackedContent.TooLarge() }
                try store.append($0)
            }
            var offset: UInt64 = 0
            while offset < count {
                try Task.checkCancellation()
                let part = try references.content(
                    of: ordinal, at: offset, count: Int(min(count - offset, 1 << 18)))
                try pass.write(part[...])
                offset += UInt64(part.count)
            }
            try pass.finish()
        } catch is UnpackedContent.TooLarge {
            throw DeltaError.damaged("it unpacks a file that is too large")
        }
        self.byteCount = byteCount
        read = try store.finish()
    }

    var entryCount: Int { 1 }
    func structure(of ordinal: Int) throws -> [UInt8] { [] }
    func contentByteCount(of ordinal: Int) -> UInt64 { byteCount }
    func content(of ordinal: Int, at offset: UInt64, count: Int) throws -> [UInt8] { try read(offset, count) }
}
