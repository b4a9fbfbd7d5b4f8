import Delta
import TestSupport

/// Follows mutated recipes.
struct RecipeTarget: Target {
    private let references: MemoryReferences
    private let recipes: [[UInt8]]
    private let parts: [RecipeParts]

    init(corpus: [[UInt8]]) throws {
        let golden = try Golden()
        references = try MemoryReferences(try golden.oldLayers() + [try SampleLayers.tar(isNew: false)])
        let new = try SampleLayers.tar(isNew: true)
        let made = try ([nil] + DeltaLevel.allCases).map { [references] in
            try Recipe.encode(new, references: references, level: $0)
        }
        for recipe in made where try Recipe.follow(recipe, references) != new {
            throw Finding("a recipe is wrong")
        }
        let old = try golden.packages.flatMap {
            try LayerParts(try Golden.decompressed($0)).members.map(\.content)
        }
        recipes = made + old.filter { $0.starts(with: "SLTR".utf8) } + corpus
        parts = recipes.compactMap { try? RecipeParts($0) }
    }

    func input(_ random: inout SplitMix64) throws -> [UInt8] {
        if random.below(5) == 0 { return random.mutated(random.pick(recipes), with: random.pick(recipes)) }
        return try random.pick(parts).mutated(&random)
    }

    func run(_ input: [UInt8]) async throws { _ = try Recipe.follow(input, references) }
    func isDocumented(_ error: any Error) -> Bool { error is DeltaError }
}
