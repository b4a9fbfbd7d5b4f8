import Shipping
import Testing

struct LinkTests {
    @Test func `a link is read in any order and spelling`() throws {
        let link = try Link(parsing: "600 ms, 0.05EUR/MB,2%, 256kbit/s")
        #expect(
            link
                == Link(
                    bitsPerSecond: 256_000, roundTrip: 0.6, loss: 0.02,
                    price: Price(perMegabyte: 0.05, currency: "EUR")))
        #expect(link.text == "256 kbit/s, 600 ms, 2% loss, 0.05 EUR/MB")
        #expect(try Link(parsing: "2MB/s").bitsPerSecond == 16_000_000)
        #expect(try Link(parsing: "1.5Gbit/s").values == "1.5 Gbit/s")
        #expect(try Link(parsing: "2400bit/s,1.2s").values == "2.4 kbit/s, 1200 ms")
        #expect(try Link(parsing: "1Mbit/s,20€/GB").price == Price(perMegabyte: 0.02, currency: "€"))
    }

    @Test func `a link is read as it is written`() throws {
        let own = Link(
            bitsPerSecond: 9600, roundTrip: 0.8, loss: 0.025, price: Price(perMegabyte: 4.5, currency: "EUR"))
        for link in Link.profiles + [own] {
            var read = try Link(parsing: link.values)
            read.name = link.name
            #expect(read == link)
        }
    }

    @Test func `a known link is taken by its name, and with a price of one's own`() throws {
        let gsm = try Link(parsing: "gsm")
        #expect(gsm == Link.profiles[0])
        let priced = try Link(parsing: "gsm,4.50EUR/MB")
        #expect(priced.bitsPerSecond == gsm.bitsPerSecond)
        #expect(priced.name == "gsm*")
        #expect(priced.price?.perMegabyte == 4.5)
    }

    @Test(arguments: [
        (
            "256kb",
            LinkError.unknownPart(
                "256kb", link: "256kb", names: ["gsm", "satellite", "3g", "dsl", "lte", "fibre"])
        ),
        ("600ms", .noRate(link: "600ms")), ("1Mbit/s,2Mbit/s", .twice("rate", link: "1Mbit/s,2Mbit/s")),
        ("0bit/s", .outOfRange("0bit/s", link: "0bit/s")),
        ("1Mbit/s,100%", .outOfRange("100%", link: "1Mbit/s,100%")),
    ])
    func `what is no link is named`(text: String, error: LinkError) {
        #expect(throws: error) { try Link(parsing: text) }
    }

    @Test(arguments: [
        "", ",", "gsm,", "-1Mbit/s", "1e3bit/s", "nanbit/s", "1Mbit/s,5/MB", "1Mbit/s,EUR/MB", "1Mbit/s,gsm",
    ])
    func `other text is refused`(text: String) {
        #expect(throws: LinkError.self) { try Link(parsing: text) }
    }

    @Test func `time is round trips, slow start and the rate`() {
        // 1500 bits a second carry 1460 of files: 182.5 bytes.
        let slow = Link(bitsPerSecond: 1500, roundTrip: 1)
        #expect(abs(slow.seconds(for: 1825) - (3 + 10)) < 1e-9)
        #expect(slow.seconds(for: 0) == 3)
        // A long fat link: 1,460,000 bytes a second, one second there and back. The windows are 14,600 and 29,200 bytes, ...
        let fat = Link(bitsPerSecond: 12e6, roundTrip: 1)
        #expect(abs(fat.seconds(for: 14_600) - (3 + 0.01)) < 1e-9)
        #expect(abs(fat.seconds(for: 14_600 + 29_200) - (3 + 1 + 0.02)) < 1e-9)
        // ... and from 1,868,800 bytes on the link is full: 14,600 x 127 bytes were sent in seven rounds before.
        #expect(abs(fat.seconds(for: 14_600 * 127 + 1_460_000) - (3 + 7 + 1)) < 1e-9)
    }

    @Test func `loss holds a link back`() {
        // 1460 bytes x sqrt(1.5 / 0.015) = 14,600 bytes a round trip, of which 1.5 % are sent again.
        let lossy = Link(bitsPerSecond: 1e9, roundTrip: 1, loss: 0.015)
        #expect(abs(lossy.bytesPerSecond - 14_600 * 0.985) < 1e-6)
        let short = Link(bitsPerSecond: 1500, roundTrip: 0, loss: 0.5)
        #expect(abs(short.bytesPerSecond - 182.5 / 2) < 1e-9)
    }

    @Test func `a fleet costs by month and year`() throws {
        let link = Link(bitsPerSecond: 1e6, price: Price(perMegabyte: 0.5, currency: "EUR"))
        let fleet = Fleet(devices: 200, rhythm: Fleet.Rhythm("month"))
        #expect(
            fleet.costs(of: 2_000_000, over: link)
                == Fleet.Costs(each: 1, update: 200, month: 200, year: 2400))
        #expect(fleet.text == "200 devices, every month")
        #expect(
            Fleet().costs(of: 2_000_000, over: link) == Fleet.Costs(each: 1, update: 1, month: nil, year: nil)
        )
        #expect(Fleet().costs(of: 1, over: Link(bitsPerSecond: 1)) == nil)
    }

    @Test(arguments: [
        ("week", 365.0 / 7), ("2 weeks", 365.0 / 14), ("10days", 36.5), ("year", 1.0), ("quarter", 4.0),
    ])
    func `rhythms are read`(text: String, perYear: Double) throws {
        #expect(try #require(Fleet.Rhythm(text)).updatesPerYear == perYear)
    }

    @Test(arguments: ["", "fortnight", "0 weeks", "-1 day", "1.5 weeks", "99999999999999999999 days"])
    func `other rhythms are refused`(text: String) { #expect(Fleet.Rhythm(text) == nil) }

    @Test(arguments: [
        (0.0, "0.0 s"), (0.01, "<0.1 s"), (0.44, "0.4 s"), (18.6, "19 s"), (120.0, "2 min 00 s"),
        (3725.0, "1 h 02 min"),
        (22_320.0, "6 h 12 min"), (604_800.0, "7 days"), (Double.infinity, "-"),
    ])
    func `times are text`(seconds: Double, text: String) { #expect(NumberText.duration(seconds) == text) }

    @Test(arguments: [
        (0.0, "0.00"), (0.0012, "0.0012"), (1e-9, "<0.0001"), (0.574, "0.57"), (306_757.2, "306,757"),
    ])
    func `money is text`(amount: Double, text: String) { #expect(NumberText.money(amount) == text) }
}
