import Shipping
import Testing

struct PayoffTests {
    /// 1460 bytes of files a second, and no round trips.
    private let link = Link(name: "lab", bitsPerSecond: 12_000)

    private func route(_ kind: RouteKind, _ byteCount: UInt64, _ making: Double, _ applying: Double) -> Route
    {
        Route(kind, Figure(exact: byteCount), makingSeconds: making, applyingSeconds: applying)
    }

    @Test func `from how many receivers on, and on what links`() {
        let told = Payoff.all(
            of: [
                // Each receiver has best 5 s sooner (6 s of sending, 1 s more of applying); making it takes 12 s more.
                route(.best, 1460 * 2, 14, 2), route(.default, 1460 * 8, 2, 1),
                // default sends 2 s less, and takes 0.5 s more: on a link of four times the rate it is as good.
                route(.fast, 1460 * 10, 1.75, 0.75), Route(.pull, Figure(exact: 1460 * 103)),
            ], over: link)
        let rates: [Double] = told.compactMap { payoff in
            if case .slowerThan(let rate) = payoff.condition { rate } else { nil }
        }
        let expected: [Double] = [12_000 * 6 / 13, 48_000, 12_000 * 95 / 3]
        #expect(rates.count == 3)
        for (rate, truth) in zip(rates, expected) { #expect(abs(rate - truth) < 1e-6) }
        #expect(told[0].condition == .receivers(3))
        #expect(told[2].condition == .receivers(1))
        let routes: [RouteKind] = [.best, .best, .default, .default, .default]
        let others: [RouteKind] = [.default, .default, .fast, .fast, .pull]
        #expect(told.map(\.route) == routes)
        #expect(told.map(\.other) == others)
        #expect(
            told.map(\.text) == [
                "best pays against default from 3 receivers on over lab: 5.0 s less for each, 12 s more here, once",
                "best pays against default for one receiver on links slower than 5.5 kbit/s",
                "default pays against fast from 1 receiver on over lab: 1.8 s less for each, 0.3 s more here, once",
                "default pays against fast for one receiver on links slower than 48 kbit/s",
                "default pays against a pull for one receiver on links slower than 380 kbit/s",
            ])
    }

    @Test func `what one measurement cannot tell is not told`() {
        let fast = Link(name: "lab", bitsPerSecond: 1e9)
        let same = Payoff.all(
            of: [route(.default, 2717, 0.31, 0.12), route(.fast, 2743, 0.29, 0.16)], over: fast)
        #expect(same.map(\.text) == ["default pays against fast for one receiver on every link"])
        let larger = Payoff.all(
            of: [route(.default, 2743, 0.31, 0.12), route(.fast, 2717, 0.29, 0.16)], over: fast)
        #expect(larger.map(\.text) == ["default never pays against fast for one receiver: it sends no less"])
    }

    @Test func `what never pays, and what always does`() {
        let never = Payoff.all(
            of: [route(.default, 1460, 5, 9), route(.fast, 1460 * 2, 1, 1)], over: link)
        #expect(never[0].condition == .never)
        // 1460 bytes less in 12 s more.
        #expect(never[1].text == "default pays against fast for one receiver on links slower than 1 kbit/s")
        #expect(
            never[0].text == "default never pays against fast over lab: each receiver has it 7.0 s later")
        let always = Payoff.all(
            of: [
                route(.default, 1460, 1, 1), route(.fast, 1460 * 2, 1, 1), Route(.pull, Figure(exact: 1460)),
            ],
            over: link)
        let conditions: [Payoff.Condition] = [.always, .always, .never]
        #expect(always.map(\.condition) == conditions)
        #expect(
            always.map(\.text) == [
                "default always pays against fast over lab: each receiver has it 1.0 s sooner, and it takes no longer to make",
                "default pays against fast for one receiver on every link",
                "default never pays against a pull for one receiver: it sends no less",
            ])
    }

    @Test func `nothing is said of work that nobody measured`() {
        let routes = [RouteKind.pull, .fast, .default, .best].map { Route($0, Figure(exact: 10)) }
        #expect(Payoff.all(of: routes, over: link).isEmpty)
        #expect(Payoff.all(of: [route(.best, 1, 1, 1)], over: link).isEmpty)
    }
}
