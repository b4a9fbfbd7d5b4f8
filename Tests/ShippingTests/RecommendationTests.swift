import Shipping
import Testing

struct RecommendationTests {
    private let link = Link(name: "lab", bitsPerSecond: 8e6, price: Price(perMegabyte: 2, currency: "EUR"))

    private func route(_ kind: RouteKind, _ byteCount: UInt64) -> Route {
        Route(kind, Figure(exact: byteCount))
    }

    private func recommend(_ routes: [Route], _ needs: Set<Need> = []) -> Recommendation {
        Recommendation(
            routes, needs: needs, link: link, fleet: Fleet(devices: 10, rhythm: Fleet.Rhythm("month")))
    }

    @Test func `the fewest bytes win, and the sentence tells time and money of both`() {
        let told = recommend([
            route(.pull, 50_000_000), route(.default, 1_000_000), route(.fileStore, 8_000_000),
        ])
        #expect(told.choice == .default)
        #expect(
            told.reasons.first
                == "delta, default: 1.0 MB, 1.0 s and 20.00 EUR a month over lab, where a pull takes 51 s and "
                + "1,000 EUR a month")
        #expect(told.reasons.contains { $0.hasPrefix("against it: the receiver runs this program") })
    }

    @Test func `within a tenth, what asks less of the receiver is taken, and the others are told`() {
        let close = recommend([route(.pull, 110), route(.default, 101), route(.best, 100)])
        #expect(close.choice == .pull)
        #expect(
            close.reasons.contains("within 10%, and asking more of the receiver: delta, default; delta, best")
        )
        #expect(recommend([route(.pull, 111), route(.default, 101), route(.best, 100)]).choice == .default)
        #expect(recommend([route(.default, 112), route(.best, 100)]).choice == .best)
    }

    @Test(arguments: [
        (Need.offline, RouteKind.pull, RouteKind.archiveZstd), (.digests, .fileStore, .archiveZstd),
        (.signatures, .fileStore, .archiveZstd), (.stockEngine, .fileStore, .archiveZstd),
        (.offline, .chunkStore, .archiveZstd),
        (.smallDevice, .best, .archiveZstd),
    ])
    func `what does not meet a need is out, and told with its reason`(
        need: Need, kind: RouteKind, other: RouteKind
    ) {
        let routes = [route(kind, 10), route(other, 1000)]
        #expect(recommend(routes).choice == kind)
        let told = recommend(routes, [need])
        #expect(told.choice == other)
        #expect(told.reasons.contains { $0.hasPrefix("not \(kind.title): ") })
    }

    @Test func `where traffic has no price, a few round trips make bytes equal`() {
        let link = Link(bitsPerSecond: 1e9, roundTrip: 1)
        let routes = [route(.pull, 10_000), route(.default, 100)]
        #expect(Recommendation(routes, needs: [], link: link, fleet: Fleet()).choice == .pull)
        #expect(recommend(routes).choice == .default)
    }

    @Test func `a second more is as good where traffic has no price`() {
        let link = Link(bitsPerSecond: 8e6)
        func recommend(_ pull: UInt64) -> Recommendation {
            Recommendation(
                [route(.pull, pull), route(.fast, 80_000), route(.best, 50_000)], needs: [], link: link,
                fleet: Fleet())
        }
        // Some 1.03 s for each megabyte: the pull takes 0.9 s more than best does, or 1.2 s.
        let near = recommend(900_000)
        #expect(near.choice == .pull)
        #expect(
            near.reasons.contains(
                "within 10% or a second, and asking more of the receiver: delta, fast; delta, best"))
        #expect(recommend(1_200_000).choice == .fast)
    }

    @Test func `where making and applying were measured, what is ready first is taken`() {
        let link = Link(name: "slow", bitsPerSecond: 64_000)
        func recommend(_ devices: Int, price: Price? = nil, measured: Bool = true) -> Recommendation {
            func made(_ kind: RouteKind, _ byteCount: UInt64, _ making: Double, _ applying: Double) -> Route {
                Route(
                    kind, Figure(exact: byteCount), makingSeconds: measured || kind != .fast ? making : nil,
                    applyingSeconds: applying)
            }
            var link = link
            link.price = price
            return Recommendation(
                [
                    Route(.pull, Figure(62_000_000, error: 1000)), made(.fast, 142_300, 0.6, 1),
                    made(.default, 127_600, 3, 1), made(.best, 109_300, 13, 4.5),
                ], needs: [], link: link, fleet: Fleet(devices: devices, rhythm: nil))
        }
        // It takes 18.3, 16.4 and 14.0 s to send them.
        let one = recommend(1)
        #expect(one.choice == .fast)
        #expect(
            one.reasons[0]
                == "delta, fast: 142.3 kB, 18 s over slow and ready after 20 s (0.6 s to make it, 1.0 s to apply it), where a pull takes ~2 h 13 min"
        )
        #expect(one.reasons[1].hasSuffix("delta, default"))
        // For many receivers it is made once.
        let many = recommend(1000)
        #expect(many.choice == .default)
        #expect(
            many.reasons[0].contains(
                "17 s for each of 1,000 devices (3.0 s to make it once, 1.0 s to apply it)"))
        // What is paid are bytes; and what nobody measured is not held against what was.
        #expect(recommend(1, price: Price(perMegabyte: 2, currency: "EUR")).choice == .best)
        #expect(recommend(1, measured: false).choice == .best)
    }

    @Test func `better layers and what is picked are never taken, but better layers are told of`() {
        let told = recommend([route(.pull, 1000), route(.betterLayers, 10), route(.picked, 1)])
        #expect(told.choice == .pull)
        #expect(
            told.reasons.contains { $0.hasPrefix("better layers would make a pull 10 B instead of 1.0 kB") })
    }

    @Test func `no route may be left`() {
        let told = recommend([route(.pull, 1000)], [.offline])
        #expect(told.choice == nil)
        #expect(
            told.reasons == [
                "no route that was looked at meets all needs",
                "not registry pull: a registry must be reached",
            ])
    }

    @Test func `figures tell what they know`() {
        #expect(Figure(exact: 1234).text == "1.2 kB")
        #expect(Figure(exact: 1234).errorText == "")
        #expect(Figure(1_000_000, error: 4100).text == "~1.0 MB")
        #expect(Figure(10, bounds: 8...15).widened(by: 3) == Figure(10, bounds: 5...18))
        #expect(Figure(exact: 2).widened(by: 3) == Figure(2, bounds: 0...5))
        // An estimate that is not far off is an estimate all the same.
        #expect(!Figure(5, error: 0).isExact && Figure(5, error: 0).text == "~5 B")
        #expect(Figure(1_000_000, error: 4100).errorText == "±0.5%")
        #expect(Figure(1_000_000, bounds: 1_000_000...1_048_000).errorText == "+4.8%")
        #expect(Figure(1_000_000, bounds: 999_000...1_048_000).errorText == "-0.1% +4.8%")
        #expect(Figure(5_000_000, bounds: 700_000...21_000_000).errorText == "700.0 kB to 21.0 MB")
        #expect((Figure(exact: 5) + Figure(10, error: 2)).bounds == 13...17)
        #expect(Figure(5, error: 10).bounds == 0...15)
        #expect(Figure(0, error: 7).errorText == "up to 7 B")
    }

    @Test func `an error that nobody knows stays unknown`() {
        let guess = Figure(guess: 1_000_000)
        #expect(!guess.isExact && guess.bounds == nil)
        #expect(guess.text == "~1.0 MB" && guess.errorText == "not known")
        #expect(
            (guess + Figure(10, error: 2)).bounds == nil && (Figure(exact: 5) + guess).byteCount == 1_000_005)
        #expect(guess.widened(by: 5) == guess)
    }

    @Test func `figures are written as the reader's medium writes them`() {
        let routes = [Route(.pull, Figure(60, error: 1)), route(.default, 1)]
        let told = Recommendation(routes, needs: [], link: link, fleet: Fleet()) { "<\($0.byteCount)>" }
        #expect(told.reasons[0].hasPrefix("delta, default: <1>, "))
    }
}
