import Dispatch
import Glibc
import Locks
import Testing
@testable import Work

@Suite struct PoolTests {
    @Test(arguments: [
        (0, 200, 0), (199, 200, 99), (200, 200, 100), (300, 200, 100), (0, 0, 100), (7, nil, nil),
    ])
    func `how much is done is told in percent`(done: UInt64, total: UInt64?, percent: Int?) {
        #expect(Progress(.reading, done: done, total: total).percent == percent)
    }

    @Test func `results keep the order of what they are made of`() async throws {
        let squares = try await parallelMap(Array(0..<100), width: 7) { $0 * $0 }
        #expect(squares == (0..<100).map { $0 * $0 })
    }

    @Test func `no more transformations run at a time than were asked for`() async throws {
        let running = Locked((now: 0, most: 0))
        let pool = WorkPool(threadCount: 4)
        _ = try await parallelMap(Array(0..<40), width: 2, on: pool) { _ in
            running.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            await Task.yield()
            running.withLock { $0.now -= 1 }
        }
        #expect(running.withLock(\.most) <= 2)
    }

    @Test func `a pool answers while every thread of another one and of Swift's own is taken`() async throws {
        let busy = WorkPool(threadCount: 3)
        let quick = WorkPool(threadCount: 1)
        let isOver = DispatchSemaphore(value: 0)
        let begun = DispatchSemaphore(value: 0)
        let jobs = (0..<3).map { _ in
            Job(on: busy) {
                begun.signal()
                block(isOver)
            }
        }
        for _ in jobs { block(begun) }
        // Were the answer made by the pool that is taken, this would wait for ever.
        let answer = Locked(0)
        Job(on: quick) { answer.withLock { $0 = 42 } }.wait()
        #expect(answer.withLock(\.self) == 42)
        for _ in jobs { isOver.signal() }
        for job in jobs { job.wait() }
    }

    @Test func `a pool that gives way lowers the priority of its own threads alone`() async throws {
        let patient = WorkPool(threadCount: 1)
        let other = WorkPool(threadCount: 1)
        let before = try await patient.run { WorkPool.ownPriority }
        patient.giveWay()
        let after = try await patient.run { WorkPool.ownPriority }
        // There is a lowest one.
        #expect(after == min(19, before + WorkPool.stepsBack))
        #expect(try await patient.run { WorkPool.ownPriority } == after)
        #expect(try await other.run { WorkPool.ownPriority } == before)
    }

    @Test func `a pool's threads block signals from outside, and none that a thread brings upon itself`()
        async throws
    {
        let blocked = try await WorkPool(threadCount: 1).run { blockedSignals() }
        #expect(blocked.intersection(WorkPool.ownSignals) == [])
        #expect(blocked.isSuperset(of: [SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP]))
        #expect(Set(WorkPool.ownSignals).isSuperset(of: [SIGPIPE, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT]))
    }

    @Test func `child tasks stay on the pool of their parent`() async throws {
        let pool = WorkPool(threadCount: 1)
        let threads = try await pool.run {
            async let first = thread()
            async let second = thread()
            return await [first, second, thread()]
        }
        #expect(Set(threads).count == 1)
        #expect(await thread() != threads[0])
    }

    @Test func `a job that is cancelled hears of it in a synchronous loop`() {
        let begun = DispatchSemaphore(value: 0)
        let job = Job(on: .shared) {
            begun.signal()
            do { while true { try Task.checkCancellation() } } catch {}
        }
        begun.wait()
        job.cancel()
        job.wait()
    }
}

@Suite struct SharedTests {
    @Test func `what was forgotten is made again for who asks next`() async throws {
        let count = Locked(0)
        let shared = Shared<Int> { _ in
            count.withLock {
                $0 += 1
                return $0
            }
        }
        shared.forget()
        #expect(try await shared.value() == 1)
        #expect(try await shared.value() == 1)
        shared.forget()
        #expect(shared.known == nil)
        #expect(try await shared.value() == 2)
    }

    @Test func `a value is made once for all who ask`() async throws {
        let count = Locked(0)
        let shared = Shared<Int>(on: WorkPool(threadCount: 2)) { _ in
            count.withLock { $0 += 1 }
            await Task.yield()
            return 7
        }
        let values = try await parallelMap(Array(0..<20), width: 20) { _ in try await shared.value() }
        #expect(values == [Int](repeating: 7, count: 20))
        #expect(count.withLock(\.self) == 1)
    }

    @Test func `who is cancelled takes nothing from who still waits`() async throws {
        let isOpen = DispatchSemaphore(value: 0)
        let shared = Shared<Int>(on: WorkPool(threadCount: 1)) { _ in
            block(isOpen)
            try Task.checkCancellation()
            return 7
        }
        let first = Task { try await shared.value() }
        while shared.waiterCount < 1 { await Task.yield() }
        let second = Task { try await shared.value() }
        while shared.waiterCount < 2 { await Task.yield() }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        isOpen.signal()
        #expect(try await second.value == 7)
    }

    @Test func `making ends when nobody waits any more, and begins again when somebody asks`() async throws {
        let attempts = Locked(0)
        let shared = Shared<Int>(on: WorkPool(threadCount: 1)) { _ in
            let attempt = attempts.withLock {
                $0 += 1
                return $0
            }
            while attempt == 1 { try Task.checkCancellation() }
            return attempt
        }
        let first = Task { try await shared.value() }
        while shared.waiterCount < 1 { await Task.yield() }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(try await shared.value() == 2)
    }

    @Test func `a failure is told to all who wait, and the next one tries again`() async throws {
        struct Failure: Error {}
        let attempts = Locked(0)
        let shared = Shared<Int> { _ in
            let attempt = attempts.withLock {
                $0 += 1
                return $0
            }
            if attempt == 1 { throw Failure() }
            return attempt
        }
        await #expect(throws: Failure.self) { try await shared.value() }
        #expect(try await shared.value() == 2)
        #expect(shared.known == 2)
    }
}

@Suite struct ReporterTests {
    @Test func `beginning and end of a phase are always told`() {
        let told = Locked<[Progress]>([])
        let reporter = Reporter { progress in told.withLock { $0.append(progress) } }
        reporter.begin(.reading, total: 1000)
        for _ in 0..<1000 { reporter.advance(by: 1) }
        reporter.begin(.comparing, total: 10)
        reporter.advance(by: 10)
        let events = told.withLock(\.self)
        #expect(events.first == Progress(.reading, done: 0, total: 1000))
        #expect(events.contains(Progress(.reading, done: 1000, total: 1000)))
        #expect(
            events.suffix(2) == [
                Progress(.comparing, done: 0, total: 10), Progress(.comparing, done: 10, total: 10),
            ])
    }

    @Test func `sums stop at what there is to do`() {
        let told = Locked<Progress?>(nil)
        let reporter = Reporter { progress in told.withLock { $0 = progress } }
        reporter.begin(.reading, total: 10)
        reporter.advance(by: .max)
        reporter.advance(by: .max)
        #expect(told.withLock(\.self) == Progress(.reading, done: 10, total: 10))
    }
}
