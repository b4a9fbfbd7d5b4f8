/// Transforms every element on a pool's threads, with at most `width` transformations at a time.
///
/// - Parameters:
///   - elements: What to transform.
///   - width: How many at a time; less than one counts as one.
///   - pool: Whose threads do it.
///   - transform: The transformation. It may take long without ever waiting.
/// - Returns: The results, in the elements' order.
/// - Throws: The first error; the other transformations are cancelled and waited for.
public func parallelMap<Element: Sendable, Result: Sendable>(
    _ elements: [Element], width: Int, on pool: WorkPool = .shared,
    _ transform: @escaping @Sendable (Element) async throws -> Result
) async throws -> [Result] {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        var results = [Result?](repeating: nil, count: elements.count)
        var next = 0
        while next < min(max(width, 1), elements.count) {
            let index = next
            group.addTask(executorPreference: pool) { (index, try await transform(elements[index])) }
            next += 1
        }
        while let (index, result) = try await group.next() {
            results[index] = result
            if next < elements.count {
                let index = next
                group.addTask(executorPreference: pool) { (index, try await transform(elements[index])) }
                next += 1
            }
        }
        return results.compactMap(\.self)
    }
}
