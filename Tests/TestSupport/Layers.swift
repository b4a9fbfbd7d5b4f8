public import Delta
public import Tar

/// A tar taken apart into what recipes speak of.
public struct LayerParts: TarVisitor {
    /// An entry.
    public struct Part: Sendable {
        public var name: [UInt8]
        public var structure: [UInt8]
        public var content: [UInt8] = []
        public var padding: [UInt8] = []
    }

    public private(set) var parts: [Part] = []
    public private(set) var trailer: [UInt8] = []

    public init(_ tar: [UInt8]) throws {
        var walker = TarWalker()
        try walker.consume(tar[...], visitor: &self)
        try walker.finish(visitor: &self)
    }

    public mutating func begin(_ member: TarMember, structure: [UInt8]) throws {
        parts.append(Part(name: member.name, structure: structure))
    }

    public mutating func content(_ bytes: ArraySlice<UInt8>) throws {
        parts[parts.count - 1].content += bytes
    }
    public mutating func end(padding: [UInt8]) throws { parts[parts.count - 1].padding = padding }
    public mutating func trailer(_ bytes: ArraySlice<UInt8>) throws { trailer += bytes }
}

/// An old image in memory.
public struct MemoryReferences: ReferenceSource {
    /// Something reads what is not there.
    public struct OutOfBounds: Error {}

    public let parts: [LayerParts.Part]

    /// All entries of those layers.
    public init(_ tars: [[UInt8]]) throws { parts = try tars.flatMap { try LayerParts($0).parts } }

    public var entryCount: Int { parts.count }
    public func structure(of ordinal: Int) throws -> [UInt8] { parts[ordinal].structure }
    public func contentByteCount(of ordinal: Int) -> UInt64 { UInt64(parts[ordinal].content.count) }

    public func content(of ordinal: Int, at offset: UInt64, count: Int) throws -> [UInt8] {
        let content = parts[ordinal].content
        guard offset <= UInt64(content.count), count >= 0, count <= content.count - Int(offset) else {
            throw OutOfBounds()
        }
        return Array(content[Int(offset)..<Int(offset) + count])
    }

    public func ordinal(named name: [UInt8]) -> Int? { parts.lastIndex { $0.name == name } }
    public func ordinal(holding content: [UInt8]) -> Int? {
        content.isEmpty ? nil : parts.firstIndex { $0.content == content }
    }
}

/// A stream in memory.
public final class MemoryStore: StreamStore {
    private var bytes: [UInt8] = []
    public init() {}
    public func append(_ more: [UInt8]) throws { bytes += more }
    public func forEachPart(_ body: (ArraySlice<UInt8>) throws -> Void) throws { try body(bytes[...]) }
}

/// An unpacked form in memory.
public final class MemoryScratch: ScratchStore {
    private var bytes: [UInt8] = []
    public init() {}
    public func append(_ more: ArraySlice<UInt8>) throws { bytes += more }
    public func finish() throws -> @Sendable (UInt64, Int) throws -> [UInt8] {
        let bytes = bytes
        return { Array(bytes[Int($0)..<Int($0) + $1]) }
    }
}

/// Recipes in memory.
public enum Recipe {
    /// The recipe of a layer: twins by name, contents by what they hold, patches where there is a twin.
    public static func encode(_ new: [UInt8], references: MemoryReferences, level: DeltaLevel?) throws
        -> [UInt8]
    {
        let method = level?.matchMethod ?? .hashed(depth: 8)
        return try encode(new, references: references, level: level) { part, twin in
            if let same = references.ordinal(holding: part.content) { return .reference(same) }
            guard let twin, !part.content.isEmpty, !references.parts[twin].content.isEmpty else {
                return .new
            }
            let old = references.parts[twin].content
            if let unpacked = try UnpackedPatch.between(old, part.content, method: method) {
                return .unpackedPatch(reference: twin, unpacked)
            }
            return .patch(
                reference: twin, [StoredPatch(try Patch.between(old, part.content, method: method))])
        }
    }

    /// The recipe of a layer: twins by name, contents as is said.
    public static func encode(
        _ new: [UInt8], references: MemoryReferences, level: DeltaLevel?,
        content: (_ part: LayerParts.Part, _ twin: Int?) throws -> EntryContent
    ) throws -> [UInt8] {
        let encoder = try RecipeEncoder(level: level, references: references) { MemoryStore() }
        let layer = try LayerParts(new)
        for part in layer.parts {
            let twin = references.ordinal(named: part.name)
            try add(part, predictor: twin, content(part, twin), to: encoder)
        }
        let zeros = layer.trailer.prefix { $0 == 0 }.count
        try encoder.finish(zeroCount: UInt64(zeros), restCount: UInt64(layer.trailer.count - zeros)) {
            try $0(layer.trailer.dropFirst(zeros))
        }
        return try bytes(encoder)
    }

    public static func add(
        _ part: LayerParts.Part, predictor: Int?, _ content: EntryContent, to encoder: RecipeEncoder
    ) throws {
        try encoder.add(
            structure: part.structure, padding: part.padding, predictor: predictor, content: content,
            contentByteCount: UInt64(part.content.count)
        ) { try $0(part.content[...]) }
    }

    public static func bytes(_ encoder: RecipeEncoder) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encoder.forEachPart { bytes += $0 }
        return bytes
    }

    /// Follows a recipe.
    public static func decode(_ recipe: [UInt8], references: MemoryReferences) throws -> [UInt8] {
        var made: [UInt8] = []
        try decoder(recipe, references: references).run(into: { made += $0 }) { _ in
            throw DeltaError.damaged("a layer in a layer")
        }
        return made
    }

    /// What follows a recipe.
    public static func decoder(_ recipe: [UInt8], references: MemoryReferences) throws -> RecipeDecoder {
        try RecipeDecoder(
            storedByteCount: UInt64(recipe.count), references: references, makeScratch: { MemoryScratch() }
        ) { offset, count in
            guard offset <= UInt64(recipe.count), count >= 0, count <= recipe.count - Int(offset) else {
                throw MemoryReferences.OutOfBounds()
            }
            return Array(recipe[Int(offset)..<Int(offset) + count])
        }
    }

    /// Makes contents of others, all in one recipe, and gives back what comes out.
    public static func apply(_ pairs: [(old: Int, new: [UInt8], patch: Patch)], of olds: [[UInt8]]) throws
        -> [[UInt8]]
    {
        let oldTar = olds.enumerated().map { TarEntry.file("\($0)", $1) }.tar
        let references = try MemoryReferences([oldTar])
        let newTar = pairs.enumerated().map { TarEntry.file("\($0)", $1.new) }.tar
        let encoder = try RecipeEncoder(level: nil, references: references) { MemoryStore() }
        for (part, pair) in zip(try LayerParts(newTar).parts, pairs) {
            try add(part, predictor: nil, .patch(reference: pair.old, [StoredPatch(pair.patch)]), to: encoder)
        }
        try encoder.finish(zeroCount: 1024, restCount: 0) { _ in }
        return try LayerParts(decode(bytes(encoder), references: references)).parts.map(\.content)
    }
}
