extension Program {
    /// How many bytes a segment may know of those before it; nil alone if the blob has no segments.
    static func dictionaries(_ survey: Survey) -> [Int?] {
        guard survey.members.contains(where: { !$0.segmentEnds.isEmpty }) else { return [nil] }
        switch survey.codes {
        case .packages, .filledPackages: return [1 << 14, 1 << 15, 0]
        // Small blocks may not tell.
        default:
            return survey.fits(.packages) || survey.fits(.filledPackages)
                ? [1 << 15, 1 << 14, 0] : [1 << 15, 0]
        }
    }

    /// The same with another dictionary.
    func withDictionary(_ byteCount: Int?) -> Program {
        var program = self
        program.dictionary = byteCount
        return program
    }

    /// What to try, likeliest first: encoders of today, and older ones.
    static func candidates(_ survey: Survey, _ dictionary: Int?) -> (likely: [Program], older: [Program]) {
        var candidates = ofTellingCodes(survey.codes, survey, dictionary)
        var known = Set(candidates.likely)
        candidates.older = candidates.older.filter { known.insert($0).inserted }
        guard survey.hasMatches, !survey.hasShortMatches else { return candidates }
        func isal(_ level: Int) -> Program {
            Program(family: .isal, level: level, codes: .queues15, dictionary: dictionary)
        }
        // ISA-L's level 0 has the same code for all content; that of others is most like one of two queues, but not always.
        let isForeign = survey.hasForeignCodes
        let place = isForeign || survey.codes == .queues15 ? 0 : min(candidates.likely.count, 3)
        candidates.likely.insert(contentsOf: isForeign ? [isal(0)] : [isal(1), isal(2)], at: place)
        return candidates
    }

    /// The same as far as the way of making codes tells.
    private static func ofTellingCodes(
        _ codes: CodeFamily, _ survey: Survey, _ dictionary: Int?
    ) -> (likely: [Program], older: [Program]) {
        func programs(_ family: Family, _ levels: [Int], memory: Int = 8, variant: Int = 0) -> [Program] {
            levels.map {
                Program(
                    family: family, level: $0, memory: memory, variant: variant, codes: codes,
                    dictionary: dictionary)
            }
        }
        guard survey.hasMatches else { return (programs(.literal, [0]), []) }
        func fast(_ levels: [Int], _ generation: KlauspostGeneration = .from1_15_10) -> [Program] {
            programs(.klauspost, levels, variant: generation.rawValue)
        }
        func lazy(_ levels: [Int], _ generation: KlauspostLazyModel.Generation = .from1_18_2) -> [Program] {
            programs(.klauspostLazy, levels, variant: generation.rawValue)
        }
        // Small blocks may not tell the ways of making codes apart.
        func libdeflate(_ levels: [Int], _ generation: LibdeflateModel.Generation) -> [Program] {
            guard survey.fits(.queues14), dictionary == nil else { return [] }
            return programs(.libdeflate, levels, variant: generation.rawValue).map {
                var program = $0
                program.codes = .queues14
                return program
            }
        }
        // Then who makes codes in another way is tried, too: Go and klauspost/compress are likelier than all but zlib. Streams that
        // stand alone are many: of those, no more than the encoders of today.
        let families: [CodeFamily] = survey.standsAlone ? [.packages] : [.packages, .filledPackages]
        let other = families.first { $0.rawValue > codes.rawValue && survey.fits($0) }
        let others =
            other.map { ofTellingCodes($0, survey, dictionary) }.map {
                $0.likely + (survey.standsAlone ? [] : $0.older)
            } ?? []
        let quickLibdeflate =
            libdeflate([6, 1, 9, 5, 7, 8, 4, 3, 2], .from1_19)
            + libdeflate([6, 1, 5, 7, 4, 3, 2], .before1_9)
        // Where few bytes alone tell them apart.
        let olderLibdeflate = libdeflate([6, 9, 5, 7, 8, 4, 3, 2], .before1_16)
        // Who starts anew so often looks at the dictionary again and again: what ends these is a flush.
        let isFlushed = dictionary != nil && dictionary != 0 && survey.hasShortSegments
        switch codes {
        case .packages where isFlushed:
            return (programs(.goChain, [6, 9, 5, 4, 7, 8, 3, 2]) + programs(.goFast, [0], variant: 2), [])
        case .packages:
            let likely =
                programs(.goChain, [6]) + fast([5, 6]) + programs(.goFast, [0])
                + (dictionary == nil ? [] : programs(.goFast, [0], variant: 2)) + fast([1])
                + programs(.goChain, [9, 5, 4, 7, 8, 3, 2]) + fast([2, 3, 4]) + lazy([9, 7, 8])
            let older =
                // Level 9 alone tells these apart.
                lazy([9], .from1_15_15) + lazy([9, 7, 8], .from1_14_2)
                + fast([5, 1, 6, 2, 3, 4], .from1_15_0)
                + fast([5, 1, 6, 2, 3, 4], .from1_14_3) + fast([3], .from1_12_2)
                + lazy([9, 7, 8], .from1_9_0)
            return (likely, older + others + quickLibdeflate + olderLibdeflate)
        case .filledPackages:
            let likely =
                fast([5, 1, 6, 2, 3, 4], .from1_12_2) + fast([5, 6], .from1_10_2)
                + fast([5, 1, 6, 2, 3, 4], .from1_9_0)
            return (likely, [])
        // Who looks for the cheapest way is not told by any other encoder's matches.
        case .zopfli: return (programs(.zlib, [9]), [])
        case .heap, .queues14, .queues15:
            let memory = survey.zlibMemory ?? 8
            let mayBeGzip = survey.zlibMemory ?? 9 == 9 && !isFlushed
            func zlib(
                _ levels: [Int], windowBits: Int = survey.zlibWindowBits, variant: Int = 0
            ) -> [Program] {
                programs(.zlib, levels, memory: memory + 16 * (15 - windowBits), variant: variant)
            }
            // The first blocks may hold too little to copy from far away.
            func wide(variant: Int = 0) -> [Program] {
                let levels = [6, 9, 1, 5, 4, 7, 8, 3, 2]
                return survey.zlibWindowBits < 15 ? zlib(levels, windowBits: 15, variant: variant) : []
            }
            func hashed(_ levels: [Int], _ hash: PlaceHash, variant: Int = 0) -> [Program] {
                zlib(levels, variant: hash.rawValue << 3 + variant)
            }
            // Who hashes four bytes finds hardly any match of three.
            func chromium(variant: Int = 0) -> [Program] {
                survey.hasShortMatches
                    ? hashed([6, 9, 7, 8], .checksum, variant: variant)
                    : hashed([6, 9, 1, 5, 4, 7, 8, 3, 2], .chromium, variant: variant)
                        + hashed([5, 1, 4, 3, 2], .checksum, variant: variant)
            }
            func zlibNg(variant: Int = 0) -> [Program] {
                programs(.zlibNg, survey.hasShortMatches ? [9] : [6, 5, 4, 3, 2, 7, 8, 9], variant: variant)
            }
            // Its level 1 tells no codes.
            let quick =
                survey.tellsCodes || survey.hasShortMatches
                ? [] : [0, 4].flatMap { programs(.zlibNg, [1], variant: $0 + (isFlushed ? 2 : 0)) }
            let likelyLibdeflate =
                codes == .queues14
                ? quickLibdeflate
                    + [.from1_19, .before1_16, .from1_16].flatMap { libdeflate([12, 10, 11], $0) }
                : []
            let likely =
                likelyLibdeflate + zlib([6, 9, 1]) + quick + (mayBeGzip ? programs(.gnuGzip, [6, 9, 1]) : [])
                + zlib([5, 4, 7, 8, 3, 2])
                + (mayBeGzip ? programs(.gnuGzip, [5, 4, 7, 8, 3, 2]) : [])
            let flushed = dictionary == nil ? [] : zlib([1, 2, 3], variant: 2) + zlib([1, 2, 3], variant: 6)
            let miniz = programs(.miniz, [6, 9, 1, 10, 5, 4, 7, 8, 3, 2])
            if isFlushed {
                let likely = zlib([6, 9, 1], variant: 2) + quick + zlib([5, 4, 7, 8, 3, 2], variant: 2)
                let filtered = zlib([6, 9, 5, 4, 7, 8], variant: 3)
                return (
                    likely,
                    wide(variant: 2) + others + chromium(variant: 2) + zlibNg(variant: 2) + miniz + filtered
                        + programs(.run, [0])
                )
            }
            let whole = zlib([6, 9, 5, 4, 7, 8], variant: 1)
            let cut =
                dictionary == nil
                ? []
                : hashed([1, 2, 3], .chromium, variant: 2) + hashed([1, 2, 3], .checksum, variant: 2)
                    + zlibNg(variant: 2)
            return (
                likely,
                wide() + others + (codes == .queues14 ? [] : quickLibdeflate) + olderLibdeflate + flushed
                    + chromium() + cut + zlibNg() + miniz + whole + programs(.run, [0])
            )
        }
    }
}
