import CPCRE2

/// Looks for a regular expression in names, one after the other.
public struct RegexMatcher: ~Copyable {
    private let program: Program
    private let found: OpaquePointer
    private let limits: OpaquePointer

    /// Some patterns try ever new ways to match: nobody waits for more of them than this in one name.
    private static let stepLimit: UInt32 = 20_000
    private static let memoryLimitInKiB: UInt32 = 16 << 10

    /// - Throws: `RegexError` if there is no memory.
    public init(_ regex: ByteRegex) throws(RegexError) {
        program = regex.program
        guard let found = pcre2_match_data_create_8(1, nil) else { throw RegexError("there is no memory") }
        guard let limits = pcre2_match_context_create_8(nil) else {
            pcre2_match_data_free_8(found)
            throw RegexError("there is no memory")
        }
        pcre2_set_match_limit_8(limits, Self.stepLimit)
        pcre2_set_heap_limit_8(limits, Self.memoryLimitInKiB)
        self.found = found
        self.limits = limits
    }

    deinit {
        pcre2_match_context_free_8(limits)
        pcre2_match_data_free_8(found)
    }

    /// Whether it matches in a name such that the match reaches beyond a place.
    ///
    /// - Parameters:
    ///   - name: The name, with what stands before it.
    ///   - place: Where a match has to end behind, as an index of `name`; nil for anywhere.
    /// - Returns: Whether from any byte on there is a match that does.
    /// - Throws: `RegexError` if finding that out takes too many steps or too much memory.
    public func matches(_ name: ArraySlice<UInt8>, beyond place: Int? = nil) throws(RegexError) -> Bool {
        var start = name.startIndex
        while start <= name.endIndex {
            guard let match = try match(in: name, from: start) else { return false }
            guard let place, match.upperBound <= place else { return true }
            start = match.lowerBound + 1
            // The library begins nowhere but at a character.
            while start < name.endIndex, name[start] & 0xc0 == 0x80 { start += 1 }
        }
        return false
    }

    private func match(in name: ArraySlice<UInt8>, from start: Int) throws(RegexError) -> Range<Int>? {
        let result = name.withUnsafeBufferPointer { bytes in
            pcre2_match_8(
                program.code, bytes.baseAddress, bytes.count, start - name.startIndex, 0, found, limits)
        }
        if result == PCRE2_ERROR_NOMATCH { return nil }
        if result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_HEAPLIMIT {
            throw RegexError("it is too complex for these names: make it simpler")
        }
        guard result >= 0, let ends = pcre2_get_ovector_pointer_8(found) else {
            throw RegexError(number: result)
        }
        // `\K` may put the beginning behind the end.
        let (lower, upper) = (min(ends[0], ends[1]), max(ends[0], ends[1]))
        return name.startIndex + lower..<name.startIndex + upper
    }
}
