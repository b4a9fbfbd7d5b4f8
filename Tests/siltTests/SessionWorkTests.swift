import ContentDiff
import Delta
import Dispatch
import Explorer
import FileFormats
import FileIO
import FileTree
import Glibc
import Images
import OCI
import Shipping
import Summary
import Locks
import TestSupport
import Testing
import Work

@testable import DeltaPackages
@testable import Terminals
@testable import silt

/// The background work of a session, by the messages it sends. What matters is their order, never the time.
@Suite(.serialized) struct SessionWorkTests {
    let scratch: Scratch
    let mailbox: Mailbox<Message>
    let work: SessionWork

    init() throws {
        scratch = try Scratch()
        mailbox = try Mailbox()
        work = SessionWork(mailbox: mailbox, jobs: 2)
    }

    /// All messages up to the first that is wanted.
    func messages(until isLast: (Message) -> Bool) throws -> [Message] {
        var all: [Message] = []
        // It ends so that a test that fails also does; other tests may keep the shared threads for a minute.
        for _ in 0..<6_000 {
            while let message = inbox.messages.popFirst() {
                all.append(message)
                if isLast(message) { return all }
            }
            inbox.messages = mailbox.wait(milliseconds: 100)[...]
        }
        throw Missing(description: "the message does not come after \(all.suffix(5))")
    }

    /// What came together with a message that was waited for.
    private final class Inbox {
        var messages: ArraySlice<Message> = []
    }

    private let inbox = Inbox()

    private struct Missing: Error, CustomStringConvertible { let description: String }

    func load(_ layout: Layout = .docker25, _ packing: Packing = .plain) throws {
        let old = try SampleImages.old.save(layout, packing, to: "old.tar", in: scratch)
        let new = try SampleImages.new.save(layout, packing, to: "new.tar", in: scratch)
        work.load(ImageRequest(path: old), ImageRequest(path: new))
        _ = try messages { if case .aligned = $0 { true } else { false } }
    }

    /// Takes every thread of a pool until it is closed.
    private final class Blockade {
        private let isOver = DispatchSemaphore(value: 0)
        private let jobs: [Job]

        init(_ pool: WorkPool, threadCount: Int) {
            let begun = DispatchSemaphore(value: 0)
            jobs = (0..<threadCount).map { [isOver] _ in
                Job(on: pool) {
                    begun.signal()
                    Self.wait(isOver)
                }
            }
            for _ in jobs { begun.wait() }
        }

        func end() {
            for _ in jobs { isOver.signal() }
            for job in jobs { job.wait() }
        }

        private static func wait(_ semaphore: DispatchSemaphore) { semaphore.wait() }

        static func ofLongWork() -> Blockade {
            Blockade(.shared, threadCount: max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        }
    }

    func isDone(_ message: Message) -> Bool {
        if case .estimates(.done) = message { true } else { false }
    }

    private func request(_ name: String, level: ExportLevel = .standard) -> ExportRequest {
        ExportRequest(path: scratch.path(name), level: level, overwrites: false)
    }

    // MARK: - Memory

    @Test func `paths that both images have lie in memory once`() throws {
        try load()
        let (old, new) = work.state.withLock { ($0.old, $0.new) }
        func places(_ image: OpenedImage?) -> [TreePath: UnsafeRawPointer?] {
            let entries = image?.index.listings.flatMap(\.entries) ?? []
            return Dictionary(
                entries.map { ($0.path, $0.path.bytes.withUnsafeBytes(\.baseAddress)) },
                uniquingKeysWith: { first, _ in first })
        }
        let (before, after) = (places(old), places(new))
        let both = before.keys.filter { after[$0] != nil && !$0.bytes.isEmpty }
        #expect(both.count > 10)
        #expect(both.allSatisfy { before[$0] == after[$0] })
    }

    @Test func `what layers were planned with is forgotten once all costs are known`() throws {
        try load()
        work.compare(.squashed, 1)
        work.startEstimates()
        _ = try messages(until: isDone)
        let creator = try #require(work.state.withLock(\.creator))
        #expect(creator.similarFiles.known == nil)
    }

    // MARK: - Comparing

    @Test func `a comparison is answered while costs have every thread of long work`() throws {
        try load()
        let blockade = Blockade.ofLongWork()
        defer { blockade.end() }
        work.startEstimates()
        work.compare(.pair(1), 7)
        let answer = try messages { if case .compared = $0 { true } else { false } }
        guard case .compared(.pair(1), generation: 7, let tree) = answer.last else {
            Issue.record("no answer but \(answer)")
            return
        }
        #expect(tree.nodes.count > 1)
    }

    @Test func `of comparisons that wait only the newest is made`() throws {
        try load()
        let blockade = Blockade(.screen, threadCount: 2)
        for generation in 1...20 { work.compare(.pair(generation % 3), generation) }
        blockade.end()
        let answers = try messages {
            if case .compared(_, generation: 20, _) = $0 { true } else { false }
        }
        #expect(answers.count == 1)
    }

    @Test func `a summary is answered while costs have every thread of long work`() throws {
        try load()
        work.compare(.squashed, 1)
        _ = try messages { if case .compared = $0 { true } else { false } }
        let blockade = Blockade.ofLongWork()
        defer { blockade.end() }
        #expect(work.summaryAsMarkdown == nil)
        let configuration = ConfigDiff(old: ImageConfiguration(), new: ImageConfiguration())
        for total in [nil, Figure(exact: 77)] {
            work.summarize(
                SummaryRequest(
                    configuration: configuration, costs: [:], layerCosts: [:],
                    totals: Totals(delta: total, documents: total)))
            let answer = try messages { if case .summarized = $0 { true } else { false } }
            guard case .summarized(let summary) = answer.last else {
                Issue.record("no answer but \(answer)")
                return
            }
            #expect(summary.counts.changed > 0 && summary.costs?.package.byteCount == total?.byteCount)
        }
        #expect(work.summaryAsMarkdown?.contains("Delta package: 77 B.") == true)
    }

    // MARK: - Routes

    @Test func `routes are told one by one, and those that are known are left alone`() throws {
        try load()
        work.measureRoutes(known: [.archiveGzip])
        let all = try messages { if case .routes(.done) = $0 { true } else { false } }
        var figures: [RouteKind: Figure] = [:]
        var began: [RouteKind] = []
        for message in all {
            switch message {
            case .route(let route):
                // Nothing is told twice, and of nothing before it was begun; levels are guessed together.
                #expect(figures.updateValue(route.figure, forKey: route.kind) == nil)
                #expect(began.contains([.default, .best].contains(route.kind) ? .fast : route.kind))
            case .routes(.measuring(let kind?, _)): began.append(kind)
            default: break
            }
        }
        #expect(Set(figures.keys) == Set(RouteKind.allCases).subtracting([.archiveGzip, .picked]))
        #expect(figures.values.allSatisfy { $0.byteCount > 0 })
    }

    @Test func `routes that were stopped tell nothing more, and go on when they are asked for again`() throws
    {
        try load()
        let blockade = Blockade.ofLongWork()
        work.measureRoutes(known: [])
        work.stopRoutes()
        blockade.end()
        work.measureRoutes(known: Set(RouteKind.allCases).subtracting([.pull]))
        let all = try messages { if case .routes(.done) = $0 { true } else { false } }
        let kinds = all.compactMap { if case .route(let route) = $0 { route.kind } else { nil } }
        #expect(kinds == [.pull])
    }

    @Test func `packages are made and applied by the clock, and the costs wait meanwhile`() throws {
        try load()
        work.compare(.squashed, 1)
        work.startEstimates()
        _ = try messages(until: isDone)
        let others = Set(RouteKind.allCases).subtracting([.fast, .default, .best])
        work.measureRoutes(known: others, makesPackages: true)
        let all = try messages { if case .routes(.done) = $0 { true } else { false } }
        let routes = all.compactMap { if case .route(let route) = $0 { route } else { nil } }
        #expect(routes.map(\.kind) == [.fast, .default, .best])
        for route in routes {
            #expect(route.figure.isExact && route.makingSeconds != nil && route.applyingSeconds != nil)
        }
    }

    @Test func `routes of an image that is gone are no end of the program`() throws {
        try load(.dockerLegacy)
        truncate(scratch.path("new.tar"), 1024)
        work.measureRoutes(known: [])
        let all = try messages { if case .routes(.failed) = $0 { true } else { false } }
        guard case .routes(.failed(let text)) = all.last else { return }
        #expect(text.contains("new.tar"))
    }

    // MARK: - Costs

    @Test(arguments: [Packing.plain, .gzip(6), .zstd])
    func `costs become those of the package that is made`(packing: Packing) throws {
        try load(.ociArchive, packing)
        work.compare(.squashed, 1)
        work.startEstimates()
        let all = try messages(until: isDone)
        var layers: [Int: Figure] = [:]
        var totals = Totals()
        for message in all {
            switch message {
            case .layerCosts(let news): layers.merge(news) { $1 }
            case .totals(let news):
                totals = news
                guard let delta = totals.delta else { continue }
                #expect(layers.count == 4, "a total of a part of the layers")
                // The rows add up to the header, guesses as well.
                let documents = try #require(totals.documents)
                let sum = layers.values.reduce(documents, +)
                #expect(delta.byteCount == sum.byteCount && delta.bounds == sum.bounds || delta.isExact)
            default: break
            }
        }
        let delta = try #require(totals.delta)
        #expect(Set(totals.otherLevels.keys) == [.fast, .best])
        let documents = try #require(totals.documents)
        #expect(delta.isExact && documents.isExact && layers.values.allSatisfy(\.isExact))
        #expect(layers.values.reduce(documents, +) == delta)
        work.export(request("d.silt"))
        let end = try messages { if case .exported = $0 { true } else { false } }
        guard case .exported(let result) = end.last else { return }
        #expect(result.byteCount == delta.byteCount)
    }

    @Test func `once it is known that a blob is made again, its size is no bound any more`() throws {
        try load(.ociArchive, .gzip(6))
        work.startEstimates()
        let blob = try #require(SampleImages.new.layers.last.map { try Packing.gzip(6).pack($0.tar) }).count
        let last = SampleImages.new.layers.count - 1
        var bounds: [UInt64] = []
        for message in try messages(until: isDone) {
            guard case .layerCosts(let news) = message, let figure = news[last], !figure.isExact else {
                continue
            }
            bounds.append(figure.bounds?.upperBound ?? .max)
        }
        // First the blob may still have to travel; then only the guess counts.
        #expect(
            (bounds.first ?? 0) >= UInt64(blob) && (bounds.last ?? .max) < UInt64(blob), "\(bounds), \(blob)")
    }

    @Test(arguments: [Packing.plain, .gzip(6), .zstd])
    func `what a layer costs is guessed first, however it is compressed`(_ packing: Packing) throws {
        try load(.ociArchive, packing)
        work.startEstimates()
        let last = SampleImages.new.layers.count - 1
        let figures = try messages(until: isDone).compactMap { message -> Figure? in
            guard case .layerCosts(let news) = message else { return nil }
            return news[last]
        }
        #expect(figures.first?.isExact == false && figures.last?.isExact == true)
    }

    @Test func `that compressed layers are looked into is told between guessing and making`() throws {
        try load(.ociArchive, .gzip(6))
        work.startEstimates()
        let kinds = try messages(until: isDone).compactMap { message -> Int? in
            switch message {
            case .estimates(.guessing): 0
            case .estimates(.probing): 1
            case .estimates(.exact): 2
            default: nil
            }
        }
        #expect(kinds == kinds.sorted() && Set(kinds) == [0, 1, 2])
    }

    @Test func `that the size of a pull is found out is told before it is known`() throws {
        try load(.ociArchive)
        work.startEstimates()
        var state = EstimateState.waiting
        var states: [EstimateState] = []
        for message in try messages(until: isDone) {
            switch message {
            case .estimates(let news): state = news
            case .totals(let totals) where totals.pull != nil: states.append(state)
            default: break
            }
        }
        #expect(states.first == .pulling)
    }

    @Test func `where there is nothing to guess nobody is told of guessing`() throws {
        try load(.ociArchive, .xz)
        work.startEstimates()
        let states = try messages(until: isDone).compactMap { message -> EstimateState? in
            guard case .estimates(let state) = message else { return nil }
            return state
        }
        #expect(states.first == .waiting && !states.contains(.guessing(done: 0, of: 0)))
    }

    @Test func `every file that is shown as changed gets an exact cost`() throws {
        try load()
        work.compare(.squashed, 1)
        let compared = try messages { if case .compared = $0 { true } else { false } }
        guard case .compared(_, _, let tree) = compared.last else { return }
        work.startEstimates()
        var costs: [EntryID: Figure] = [:]
        for message in try messages(until: isDone) {
            if case .costs(let news) = message { costs.merge(news) { $1 } }
        }
        for (index, node) in tree.nodes.enumerated() where node.change == .added || node.change == .modified {
            guard let entry = node.new else { continue }
            #expect(costs[entry]?.isExact == true, "\(tree.path(of: index).bytes)")
        }
    }

    @Test func `many costs come in pieces`() throws {
        let costs = (0..<10_000).map { (EntryID(layer: 0, ordinal: $0), Figure(exact: 0)) }
        work.send(costs)
        let sizes = mailbox.drain().map { if case .costs(let piece) = $0 { piece.count } else { 0 } }
        #expect(sizes.reduce(0, +) == costs.count)
        #expect((sizes.max() ?? 0) <= 4096)
    }

    @Test func `a layer whose cost cannot be known is a warning, and the others are told`() throws {
        try load(.dockerLegacy)
        // The end of the archive is gone: the upper layers cannot be read any more.
        let path = scratch.path("new.tar")
        let count = try scratch.read("new.tar").count
        #expect(truncate(path, count / 2) == 0)
        work.startEstimates()
        let all = try messages { if case .estimates(.failed) = $0 { true } else { false } }
        #expect(all.contains { if case .warning = $0 { true } else { false } })
    }

    // MARK: - Exports

    @Test func `costs go on by themselves after an export is done`() throws {
        try load()
        let blockade = Blockade.ofLongWork()
        work.startEstimates()
        work.export(request("d.silt", level: .fast))
        blockade.end()
        let exported = try messages { if case .exported = $0 { true } else { false } }
        #expect(exported.contains { if case .estimates(.paused) = $0 { true } else { false } })
        _ = try messages(until: isDone)
    }

    @Test func `costs go on by themselves after an export is cancelled`() throws {
        try load()
        let blockade = Blockade.ofLongWork()
        work.startEstimates()
        work.export(request("d.silt"))
        work.cancelExport()
        blockade.end()
        _ = try messages { if case .exportCancelled = $0 { true } else { false } }
        _ = try messages(until: isDone)
        #expect(!scratch.names.contains("d.silt"))
    }

    @Test func `costs go on by themselves after an export fails`() throws {
        try load()
        let blockade = Blockade.ofLongWork()
        work.startEstimates()
        work.export(request("none/d.silt"))
        blockade.end()
        _ = try messages { if case .exportFailed = $0 { true } else { false } }
        _ = try messages(until: isDone)
    }

    @Test func `a session that ends waits for its export to remove what it wrote`() throws {
        try load()
        let before = Set(scratch.names)
        work.export(request("d.silt", level: .best))
        work.stop()
        // It may have been done already.
        #expect(Set(scratch.names).subtracting(["d.silt"]) == before)
    }
}
