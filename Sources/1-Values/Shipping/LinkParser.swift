/// Why a text is no link.
public enum LinkError: Error, Equatable, CustomStringConvertible {
    case unknownPart(String, link: String, names: [String])
    case twice(String, link: String)
    case noRate(link: String)
    case outOfRange(String, link: String)

    public var description: String {
        switch self {
        case .unknownPart(let part, let link, let names):
            "'\(part)' in the link '\(link)' is no rate (256kbit/s), round trip (600ms), loss (2%) or price (0.05EUR/MB), "
                + "and no link has that name; there are \(names.joined(separator: ", "))"
        case .twice(let what, let link): "the link '\(link)' has two \(what)s"
        case .noRate(let link): "the link '\(link)' has no rate, such as 256kbit/s"
        case .outOfRange(let part, let link): "'\(part)' in the link '\(link)' is out of range"
        }
    }
}

extension Link {
    /// Reads a link: values with commas between, in any order, or the name of a known link with values that differ.
    ///
    /// - Parameters:
    ///   - text: `256kbit/s,600ms,2%,0.05EUR/MB`, `gsm`, or `gsm,4.50EUR/MB`; blanks do not matter.
    ///   - known: Links that have names.
    /// - Throws: `LinkError` that says which part cannot be read.
    public init(parsing text: String, known: [Link] = Link.profiles) throws(LinkError) {
        var link = Link(bitsPerSecond: 0)
        var given: Set<String> = []
        for (index, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let part = String(part.filter { $0 != " " && $0 != "\t" })
            if index == 0, let named = known.first(where: { $0.name == part }) {
                link = named
                continue
            }
            let what: String
            switch Part(part) {
            case .rate(let rate):
                guard rate >= 1, rate <= 1e15 else { throw .outOfRange(part, link: text) }
                (link.bitsPerSecond, what) = (rate, "rate")
            case .roundTrip(let seconds):
                guard seconds <= 3600 else { throw .outOfRange(part, link: text) }
                (link.roundTrip, what) = (seconds, "round trip")
            case .loss(let share):
                guard share < 1 else { throw .outOfRange(part, link: text) }
                (link.loss, what) = (share, "loss")
            case .price(let price):
                guard price.perMegabyte <= 1e9 else { throw .outOfRange(part, link: text) }
                (link.price, what) = (price, "price")
            case nil: throw .unknownPart(part, link: text, names: known.compactMap(\.name))
            }
            guard given.insert(what).inserted else { throw .twice(what, link: text) }
        }
        guard link.bitsPerSecond > 0 else { throw .noRate(link: text) }
        // With another rate or price it is that link no more.
        if !given.isEmpty, let name = link.name { link.name = name + "*" }
        self = link
    }

    private enum Part {
        case rate(Double), roundTrip(Double), loss(Double), price(Price)

        private static let rates: [(unit: String, factor: Double)] = [
            ("kbit/s", 1e3), ("Mbit/s", 1e6), ("Gbit/s", 1e9), ("bit/s", 1), ("kB/s", 8e3), ("MB/s", 8e6),
            ("GB/s", 8e9),
        ]
        private static let volumes: [(unit: String, megabytes: Double)] = [
            ("/kB", 1e-3), ("/MB", 1), ("/GB", 1e3),
        ]

        init?(_ text: String) {
            for (unit, factor) in Self.rates where text.hasSuffix(unit) {
                guard let number = Self.number(text.dropLast(unit.count)) else { return nil }
                self = .rate(number * factor)
                return
            }
            for (unit, megabytes) in Self.volumes where text.hasSuffix(unit) {
                let amount = text.dropLast(unit.count)
                let digits = amount.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
                let currency = amount[digits.endIndex...]
                guard let number = Self.number(digits), (1...8).contains(currency.count),
                    currency.allSatisfy({ $0.isLetter || $0.isCurrencySymbol })
                else { return nil }
                self = .price(Price(perMegabyte: number / megabytes, currency: String(currency)))
                return
            }
            if let loss = ["%", "%loss"].first(where: text.hasSuffix) {
                guard let number = Self.number(text.dropLast(loss.count)) else { return nil }
                self = .loss(number / 100)
            } else if text.hasSuffix("ms") {
                guard let number = Self.number(text.dropLast(2)) else { return nil }
                self = .roundTrip(number / 1000)
            } else if text.hasSuffix("s") {
                guard let number = Self.number(text.dropLast()) else { return nil }
                self = .roundTrip(number)
            } else {
                return nil
            }
        }

        /// A number without sign, exponent or words.
        private static func number(_ text: Substring) -> Double? {
            guard text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }) else { return nil }
            return Double(text)
        }
    }
}
