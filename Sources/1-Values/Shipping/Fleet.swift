/// Who gets updates, and how often.
public struct Fleet: Hashable, Sendable {
    /// How often an update comes.
    public struct Rhythm: Hashable, Sendable, CustomStringConvertible {
        /// How many updates a year brings.
        public let updatesPerYear: Double
        /// The time between two of them, as it was given.
        public let description: String

        private static let units: [(name: String, perYear: Double)] = [
            ("day", 365), ("week", 365.0 / 7), ("month", 12), ("quarter", 4), ("year", 1),
        ]

        /// Once in each of the units that can be named, the shortest first.
        public static let usual = units.compactMap { Rhythm($0.name) }

        /// Reads `week`, `2 weeks`, `day`, `month`, `quarter`, `year`; nil for anything else.
        public init?(_ text: String) {
            let digits = text.prefix { $0.isASCII && $0.isNumber }
            let word = text.dropFirst(digits.count).drop { $0 == " " }
            guard let count = digits.isEmpty ? 1 : Int(digits), count > 0, count <= 1000,
                let unit = Self.units.first(where: { word == $0.name || word == $0.name + "s" })
            else { return nil }
            updatesPerYear = unit.perYear / Double(count)
            description = count == 1 ? unit.name : "\(count) \(unit.name)s"
        }
    }

    /// How many receivers there are.
    public var devices: Int
    /// How often an update comes; nil if only one is looked at.
    public var rhythm: Rhythm?

    /// A fleet, of one device unless told otherwise.
    public init(devices: Int = 1, rhythm: Rhythm? = nil) {
        (self.devices, self.rhythm) = (devices, rhythm)
    }

    /// What sending a file to all of them costs.
    public struct Costs: Hashable, Sendable {
        /// For each receiver, this once.
        public let each: Double
        /// For all receivers, this once.
        public let update: Double
        /// For all receivers, in a month and in a year of such updates; nil if the rhythm is not known.
        public let month: Double?
        public let year: Double?

        /// Costs of those amounts.
        public init(each: Double, update: Double, month: Double? = nil, year: Double? = nil) {
            (self.each, self.update, self.month, self.year) = (each, update, month, year)
        }
    }

    /// What sending a file to all of them costs; nil if traffic has no price.
    public func costs(of byteCount: UInt64, over link: Link) -> Costs? {
        link.cost(of: byteCount).map { each in
            let update = each * Double(devices)
            let year = rhythm.map { update * $0.updatesPerYear }
            return Costs(each: each, update: update, month: year.map { $0 / 12 }, year: year)
        }
    }

    /// `200 devices, every week`.
    public var text: String {
        (devices == 1 ? "1 device" : "\(NumberText.grouped(devices)) devices")
            + (rhythm.map { ", every \($0)" } ?? "")
    }
}
