/// What a megabyte costs.
public struct Price: Hashable, Sendable {
    /// The amount for 1,000,000 bytes.
    public let perMegabyte: Double
    /// The currency, as it was given.
    public let currency: String

    /// A price for each megabyte.
    public init(perMegabyte: Double, currency: String) {
        (self.perMegabyte, self.currency) = (perMegabyte, currency)
    }

    /// An amount for people: `0.57 EUR`, `306,757 EUR`.
    public func text(_ amount: Double) -> String { "\(NumberText.money(amount)) \(currency)" }
}

/// What carries an update to its receiver.
public struct Link: Hashable, Sendable {
    /// Its name; nil for one that is known by its values alone.
    public var name: String?
    /// Bits a second, as its provider counts them: 1500 bytes of a packet carry 1460 of a file.
    public var bitsPerSecond: Double
    /// Seconds from a question to its answer.
    public var roundTrip: Double
    /// The share of packets that are lost, below 1.
    public var loss: Double
    /// What traffic costs; nil if nothing.
    public var price: Price?

    /// A link of those values.
    public init(
        name: String? = nil, bitsPerSecond: Double, roundTrip: Double = 0, loss: Double = 0,
        price: Price? = nil
    ) {
        self.name = name
        self.bitsPerSecond = bitsPerSecond
        self.roundTrip = roundTrip
        self.loss = loss
        self.price = price
    }

    // MARK: - What it makes of bytes

    /// Bytes of a file in a packet, and bytes of the packet.
    private static let segmentByteCount = 1460.0
    private static let packetByteCount = 1500.0
    /// How many packets are sent before the first answer (RFC 6928).
    private static let firstWindow = 10.0
    /// Connecting (TCP), securing (TLS 1.3) and asking take one round trip each.
    private static let roundTripsBefore = 3.0

    /// Bytes of files that it carries in a second once it is at its full rate.
    ///
    /// Where packets are lost, TCP holds back: (segment / round trip) x sqrt(3 / 2 loss) is the most it sends (M. Mathis
    /// et al., "The Macroscopic Behavior of the TCP Congestion Avoidance Algorithm", 1997), and what is lost is sent again.
    public var bytesPerSecond: Double {
        var rate = bitsPerSecond / 8 * Self.segmentByteCount / Self.packetByteCount
        guard loss > 0 else { return rate }
        if roundTrip > 0 {
            rate = min(rate, Self.segmentByteCount / roundTrip * (1.5 / loss).squareRoot())
        }
        return rate * (1 - loss)
    }

    /// The rate, in bits a second, of a link that carries so many bytes of files a second and loses none.
    static func bitsPerSecond(carrying bytesPerSecond: Double) -> Double {
        bytesPerSecond * 8 * packetByteCount / segmentByteCount
    }

    /// How long a file takes, in seconds: three round trips, then TCP's slow start, which doubles what is on its way with
    /// each round trip, then the full rate.
    public func seconds(for byteCount: UInt64) -> Double {
        let rate = bytesPerSecond
        var left = Double(byteCount)
        var window = Self.firstWindow * Self.segmentByteCount
        var seconds = Self.roundTripsBefore * roundTrip
        while window < rate * roundTrip, left > window {
            left -= window
            seconds += roundTrip
            window *= 2
        }
        return seconds + left / rate
    }

    /// What a file costs; nil if traffic has no price.
    public func cost(of byteCount: UInt64) -> Double? {
        price.map { $0.perMegabyte * Double(byteCount) / 1e6 }
    }

    // MARK: - As text

    /// Its name, if it has one, and its values: `gsm: 50 kbit/s, 500 ms`.
    public var text: String { (name.map { "\($0): " } ?? "") + values }

    /// Its values: `256 kbit/s, 600 ms, 2% loss, 0.05 EUR/MB`.
    public var values: String {
        var parts = [Self.text(rate: bitsPerSecond)]
        if roundTrip > 0 { parts.append(NumberText.short(roundTrip * 1000) + " ms") }
        if loss > 0 { parts.append(NumberText.short(loss * 100) + "% loss") }
        if let price { parts.append("\(NumberText.short(price.perMegabyte)) \(price.currency)/MB") }
        return parts.joined(separator: ", ")
    }

    /// A rate for people: `256 kbit/s`.
    static func text(rate bitsPerSecond: Double) -> String {
        for (unit, factor) in [("Gbit/s", 1e9), ("Mbit/s", 1e6), ("kbit/s", 1e3)]
        where bitsPerSecond >= factor {
            return "\(NumberText.short(bitsPerSecond / factor)) \(unit)"
        }
        return "\(NumberText.short(bitsPerSecond)) bit/s"
    }

    /// The links that come with the program, slowest first; docs/ROUTES.md tells where their values are from. None has a
    /// price: that is a matter of contracts.
    public static let profiles = [
        Link(name: "gsm", bitsPerSecond: 50e3, roundTrip: 0.5),
        Link(name: "satellite", bitsPerSecond: 400e3, roundTrip: 0.6),
        Link(name: "3g", bitsPerSecond: 1.6e6, roundTrip: 0.3),
        Link(name: "dsl", bitsPerSecond: 1.5e6, roundTrip: 0.05),
        Link(name: "lte", bitsPerSecond: 12e6, roundTrip: 0.07),
        Link(name: "fibre", bitsPerSecond: 20e6, roundTrip: 0.004),
    ]
    /// The link that is meant where none is named.
    public static let usual = profiles[2]
}
