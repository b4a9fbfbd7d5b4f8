import Canvas
import Shipping
import Testing

@testable import Explorer

/// The routes as a screen, and the link that times are told for.
struct RoutesScreenTests {
    private static let figures: [(RouteKind, Figure)] = [
        (.pull, Figure(62_200_000, bounds: 62_200_000...64_000_000)),
        (.betterLayers, Figure(exact: 10_000_000)), (.fast, Figure(142_000, error: 20_000)),
        (.best, Figure(exact: 109_226)), (.fileStore, Figure(7_400_000, error: 74_000)),
        (.chunkStore, Figure(23_100_000, error: 100_000)), (.blockDelta, Figure(exact: 4_200_000)),
        (.archiveGzip, Figure(exact: 60_400_000)), (.archiveZstd, Figure(39_000_000, error: 900_000)),
    ]

    private static let priced = Shipping.Link(
        name: "mast", bitsPerSecond: 9600, roundTrip: 0.8, loss: 0.02,
        price: Price(perMegabyte: 4.5, currency: "EUR"))

    private func script(
        _ columns: Int = 80, _ rows: Int = 24, done: Bool = true, glyphs: Glyphs = .unicode,
        change: (inout Options) -> Void = { _ in }
    ) -> Script {
        var script = Script(columns: columns, rows: rows, glyphs: glyphs, change: change)
        _ = script.takeEffects()
        script.press("r")
        #expect(script.takeEffects() == [.measureRoutes(known: [], makesPackages: false)])
        for (kind, figure) in Self.figures.prefix(done ? 20 : 3) { script.send(.route(Route(kind, figure))) }
        script.send(.routes(done ? .done : .measuring(.fileStore, percent: 42)))
        return script
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `the routes at many sizes, while they are measured and after`(columns: Int, rows: Int) {
        var script = script(columns, rows, done: false)
        script.expectScreen("routes-\(columns)x\(rows)-1-measuring")
        for (kind, figure) in Self.figures { script.send(.route(Route(kind, figure))) }
        script.send(.routes(.done))
        script.expectScreen("routes-\(columns)x\(rows)-2-done")
        script.press("G h enter")
        script.expectScreen("routes-\(columns)x\(rows)-3-details")
    }

    @Test func `a price, seven-bit characters, no colours`() {
        var script = script(100, 24, glyphs: .ascii) { options in
            options.link = Self.priced
            options.hasColors = false
        }
        script.press("down")
        script.expectScreen("routes-priced")
    }

    @Test func `what goes wrong is told, and measuring begins again when one comes back`() {
        var script = script(done: false)
        script.send(.routes(.failed("'old.tar' cannot be read")))
        #expect(script.screen().text.contains("the routes are not known: 'old.tar' cannot be read"))
        script.press("q r")
        #expect(
            script.takeEffects() == [
                .measureRoutes(known: [.pull, .betterLayers, .fast], makesPackages: false)
            ])
    }

    @Test func `leaving stops, and coming back goes on with what is missing`() {
        var script = script(done: false)
        script.press("j j esc")
        #expect(script.takeEffects() == [.stopRoutes])
        #expect(script.explorer.screens.isEmpty)
        // What was on its way when it was stopped is not lost, but it does not go on.
        script.send(.route(Route(.blockDelta, Figure(exact: 4_200_000))))
        script.send(.routes(.measuring(.chunkStore, percent: 3)))
        #expect(script.explorer.routes.state == .stopped)
        script.press("r")
        #expect(
            script.takeEffects() == [
                .measureRoutes(known: [.pull, .betterLayers, .fast, .blockDelta], makesPackages: false)
            ])
        for (kind, figure) in Self.figures { script.send(.route(Route(kind, figure))) }
        script.send(.routes(.done))
        script.press("q r")
        // All is known: nothing to stop, nothing to ask for. The cursor is where it was.
        #expect(script.takeEffects() == [])
        script.press("enter")
        #expect(script.screen().text.contains(" registry pull "))
    }

    @Test func `every key of the screen does something, and none is lost on the panes`() {
        var script = script(40, 10)
        script.press("j j k down up pgdn pgup end home G g ^d ^u")
        script.press("enter")
        #expect(script.explorer.context == .route)
        script.press("j G g pgdn enter")
        #expect(script.explorer.context == .routes)
        script.press("l right $ h left")
        #expect(script.explorer.shownLink.name == "dsl")
        script.press("y")
        guard case .copy(let text)? = script.takeEffects().last else {
            Issue.record("nothing was copied")
            return
        }
        #expect(text.contains("| delta, best | 109.2 kB |  | ~0.2% |"), "\(text)")
        script.press("?")
        #expect(script.screen().text.contains("In the routes") && script.explorer.context == .help)
        script.press("esc r")
        #expect(script.explorer.screens.isEmpty)
    }

    @Test func `rows are pressed`() {
        var script = script(80, 24)
        let rows = script.screen().text.split(separator: "\n", omittingEmptySubsequences: false)
        let row = rows.firstIndex { $0.contains("chunk store") } ?? 0
        script.mouse(.click, row: row, column: 10)
        #expect(script.explorer.context == .routes)
        script.mouse(.click, row: row, column: 10)
        #expect(script.explorer.context == .route && script.screen().text.contains("content-defined chunks"))
    }

    @Test func `figures of the explorer itself stand everywhere`() {
        var script = script()
        // Nothing was measured of it, but its costs are known.
        #expect(script.explorer.route(.default)?.figure.isExact == false)
        script.send(.totals(Totals(delta: Figure(exact: 130_000))))
        #expect(script.explorer.route(.default)?.figure == Figure(exact: 130_000))
        // A guess that is not far off is still a guess.
        script.send(.totals(Totals(delta: Figure(guess: 130_000))))
        #expect(script.explorer.route(.default)?.figure == Figure(guess: 130_000))
        // The default level is the eighth of the list.
        script.press("g j j j j j j j j enter")
        #expect(script.screen().text.contains("\u{2248}130.0 kB  how far it is off is not known"))
        script.press("esc")
        script.send(.totals(Totals(delta: Figure(exact: 130_000), documents: Figure(exact: 2_000))))
        #expect(script.explorer.route(.picked) == nil)
        script.press("q")
        script.press("j space r")
        let picked = script.explorer.route(.picked)?.figure
        #expect(picked != nil && script.screen().text.contains("delta, what is picked"))
        #expect(picked?.byteCount == script.explorer.pickSize(at: .standard)?.byteCount)
    }

    @Test func `one key walks through the links, and the header tells times`() {
        var script = Script(columns: 140, rows: 24)
        #expect(!script.screen().text.contains("over gsm"))
        var names: [String] = []
        for _ in Shipping.Link.profiles {
            script.press("$")
            names.append(script.explorer.linkName ?? "")
            #expect(script.screen().text.contains(" over \(names.last ?? "-")"))
        }
        #expect(names == Shipping.Link.profiles.compactMap(\.name))
        script.press("$")
        #expect(!script.screen().text.contains(" over "))
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `times beside the figures, also of what is picked`(columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows, answersFirst: true) { $0.link = Self.priced }
        script.press("space")
        script.expectScreen("link-\(columns)x\(rows)")
    }

    @Test func `a link of one's own is one of those that are walked through`() {
        var script = Script(columns: 140, rows: 24) { $0.link = Self.priced }
        #expect(script.screen().text.contains(" over mast"))
        script.press("$")
        #expect(script.screen().text.contains(" over gsm"))
        var hostile = Script(columns: 140, rows: 24) { options in
            options.links = []
            options.link = Shipping.Link(name: "a\u{1b}[31m", bitsPerSecond: 1e15)
        }
        hostile.press("r l h $")
        #expect(!hostile.screen().text.contains("\u{1b}"))
        var none = Script { $0.links = [] }
        none.press("$ r l h")
        #expect(none.explorer.routes.link == nil)
    }

    // MARK: - Receivers, links of one's own, packages

    @Test func `receivers are counted in ones, twos and fives`() {
        var script = script { $0.link = Self.priced }
        #expect(script.screen().text.contains("; 1 device"))
        script.press("+ + +")
        #expect(script.explorer.routes.fleet.devices == 10)
        #expect(script.screen().text.contains("; 10 devices"))
        // 62.2 MB at 4.50 EUR for each of ten.
        #expect(script.screen().text.contains("2,799"))
        script.press("- - - - -")
        #expect(script.explorer.routes.fleet.devices == 1)
        for _ in 0..<40 { script.press("+") }
        #expect(script.explorer.routes.fleet.devices == 500_000_000)
    }

    @Test(arguments: Script.sizes)
    func `how often an update comes makes months and years of its price`(columns: Int, rows: Int) {
        var script = script(columns, rows) { $0.link = Self.priced }
        script.press("+ + + + + + + w w")
        #expect(script.explorer.routes.fleet.text == "200 devices, every week")
        // 62.2 MB at 4.50 EUR for each of two hundred, 365 / 7 / 12 times a month.
        #expect(
            columns < 80
                || script.screen().text.contains("243,246") && script.screen().text.contains("2,918,957"))
        script.expectScreen("routes-\(columns)x\(rows)-5-weekly")
        script.press("y")
        guard case .copy(let text)? = script.takeEffects().last else {
            Issue.record("nothing was copied")
            return
        }
        #expect(text.contains("| EUR a month | EUR a year |"), "\(text)")
        script.press("g j j enter")
        #expect(columns < 80 || script.screen().text.contains("243,246 EUR a month"))
        script.press("esc w w w")
        #expect(script.explorer.routes.fleet.rhythm?.description == "year")
        script.press("w")
        #expect(script.explorer.routes.fleet.rhythm == nil && script.explorer.status == nil)
        // Over a link without a price there is nothing to be told.
        script.press("l w")
        #expect(script.explorer.status?.text.contains("has no price") == true)
    }

    @Test func `a first idea stands until the route is measured`() {
        var script = script(120, 40, done: false)
        script.send(.routes(.measuring(.archiveGzip, percent: nil)))
        script.send(.routeSketched(Route(.archiveGzip, Figure(61_000_000, error: 5_000_000))))
        script.send(.routeSketched(Route(.pull, Figure(1, error: 1))))
        #expect(
            script.screen().text.contains(
                "measuring archive, gzip -6; so far from few samples: archive, gzip -6"))
        #expect(script.screen().text.contains("\u{2248}61.0 MB"))
        script.press("g enter")
        #expect(script.screen().text.contains("\u{b1}8.2% so far"))
        script.press("esc")
        #expect(script.explorer.route(.pull)?.figure.byteCount == 62_200_000)
        // Whoever leaves has it measured when he comes back.
        script.press("q r")
        #expect(
            script.takeEffects().last
                == .measureRoutes(known: [.pull, .betterLayers, .fast], makesPackages: false))
        script.send(.route(Route(.archiveGzip, Figure(exact: 60_400_000))))
        #expect(!script.screen().text.contains("so far"))
        #expect(script.explorer.route(.archiveGzip)?.figure == Figure(exact: 60_400_000))
    }

    @Test func `a link is edited in its place, and what is no link says why`() {
        var script = script()
        script.press("h")
        #expect(script.explorer.shownLink.name == "satellite")
        script.press("e")
        #expect(script.screen().text.contains("satellite = 400 kbit/s, 600 ms"))
        script.press("^u")
        script.type("satellite = 512kbit/s, 600ms, 2% loss, 0.9EUR/MB")
        script.press("enter")
        let own = Shipping.Link(
            name: "satellite", bitsPerSecond: 512_000, roundTrip: 0.6, loss: 0.02,
            price: Price(perMegabyte: 0.9, currency: "EUR"))
        #expect(script.explorer.context == .routes && script.explorer.shownLink == own)
        #expect(script.explorer.routes.links.map(\.name) == Shipping.Link.profiles.map(\.name))
        #expect(script.explorer.status?.text.contains("links.satellite = 512 kbit/s") == true)
        script.press("a")
        script.type("2 birds")
        script.press("enter")
        #expect(script.explorer.context == .link && script.screen().text.contains("'2birds' in the link"))
        script.press("^u")
        script.type("mast = lte, 0.05EUR/MB")
        script.press("enter")
        #expect(script.explorer.shownLink.name == "mast" && script.explorer.shownLink.bitsPerSecond == 12e6)
        #expect(script.explorer.routes.links.count == Shipping.Link.profiles.count + 1)
        // A link without a name, left as it was, and one that is given up.
        script.press("a")
        script.type("9600bit/s")
        script.press("enter e esc h l q")
        #expect(script.explorer.shownLink == Shipping.Link(bitsPerSecond: 9600))
    }

    private static let made = [
        Route(.fast, Figure(exact: 142_300), makingSeconds: 0.6, applyingSeconds: 0.4),
        Route(.default, Figure(exact: 127_600), makingSeconds: 0.9, applyingSeconds: 0.4),
        Route(.best, Figure(exact: 109_200), makingSeconds: 4, applyingSeconds: 1),
    ]

    @Test(arguments: Script.sizes)
    func `packages are made where that is asked for, and then it is told what pays`(columns: Int, rows: Int) {
        var script = script(columns, rows)
        #expect(!script.screen().text.contains("pays against"))
        script.press("l l l m")
        let known = Set(RouteKind.allCases).subtracting([.fast, .default, .best, .picked])
        #expect(script.takeEffects() == [.measureRoutes(known: known, makesPackages: true)])
        // The work before may have ended meanwhile.
        script.send(.routes(.done))
        #expect(script.explorer.routes.state.isRunning)
        script.press("m")
        #expect(script.explorer.status?.text == "that is being done" && script.takeEffects() == [])
        for route in Self.made { script.send(.route(route)) }
        script.send(.routes(.done))
        #expect(script.explorer.route(.default) == Self.made[1])
        script.press("g l l")
        script.expectScreen("routes-\(columns)x\(rows)-4-made")
        script.press("m")
        #expect(script.explorer.status?.text == "the packages of all levels were measured")
        script.press("y")
        guard case .copy(let text)? = script.takeEffects().last else {
            Issue.record("nothing was copied")
            return
        }
        #expect(text.contains("| 4.0 s | 1.0 s |") && text.contains("~62.2 MB") && !text.contains("\u{2248}"))
    }

    @Test func `a route of this program is taken into an export`() {
        var script = script()
        script.press("g space")
        #expect(script.explorer.context == .routes)
        #expect(script.explorer.status?.text.contains("enter tells what the receiver runs") == true)
        script.press("j j j j j j j j j space")
        #expect(script.explorer.context == .export && script.explorer.export.level == .best)
        script.press("esc j space r g j j j j j j j space")
        #expect(script.explorer.status?.text.contains("U leaves it out") == true)
        script.press("G space")
        #expect(script.explorer.context == .export && script.explorer.export.level == .standard)
    }
}
