import ArgumentParser
import Glibc
import Shipping

/// What carries updates.
struct LinkOption: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "What carries the update: a name (gsm, satellite, 3g, dsl, lte, fibre, or one of the settings), or values with commas "
                + "between, such as 256kbit/s,600ms,2%,0.05EUR/MB; a name may come first.", valueName: "link")
    )
    var link: String?

    /// The link that is meant; nil if neither the user nor the settings name one.
    ///
    /// - Throws: `LinkError` for what is no link.
    func chosenLink(_ settings: Configuration) throws -> Shipping.Link? {
        try link.map { try Shipping.Link(parsing: $0, known: settings.links) } ?? settings.link
    }
}

/// What carries updates, to whom, and what these need.
struct ShippingOptions: ParsableArguments, Sendable {
    @OptionGroup var carrier: LinkOption

    @Option(
        help: ArgumentHelp(
            "How often an update comes: day, week, 2 weeks, month, ...", valueName: "time"),
        transform: Self.rhythm)
    var every: Fleet.Rhythm?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("How many receivers there are.", valueName: "count"))
    var devices = 1

    @Option(
        help: ArgumentHelp(
            "What the receivers need, with commas between: digests, signatures, stock-engine, offline, small-device.",
            valueName: "needs"),
        transform: Self.needs)
    var needs: [[Need]] = []

    func validate() throws {
        guard (1...1_000_000_000).contains(devices) else {
            throw ValidationError("--devices must be at least 1, and no more than a billion")
        }
    }

    var fleet: Fleet { Fleet(devices: devices, rhythm: every) }
    var allNeeds: Set<Need> { Set(needs.joined()) }

    /// The link that is meant.
    ///
    /// - Throws: `LinkError` for what is no link, `ConfigurationError` if the settings cannot be used.
    func chosenLink(environment: [String: String]) throws -> Shipping.Link {
        try carrier.chosenLink(Configuration.load(environment: environment)) ?? .usual
    }

    private static func rhythm(_ text: String) throws -> Fleet.Rhythm {
        guard let rhythm = Fleet.Rhythm(text) else {
            throw ValidationError("'\(text)' is no rhythm: day, week, 2 weeks, month, quarter or year")
        }
        return rhythm
    }

    private static func needs(_ text: String) throws -> [Need] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let need = Need(rawValue: String(word)) else {
                let words = Need.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("'\(word)' is no need; there are \(words)")
            }
            return need
        }
    }
}
