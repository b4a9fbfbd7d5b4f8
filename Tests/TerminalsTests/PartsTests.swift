import Canvas
import Testing

@testable import Terminals

struct PartsTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `base 64 as in RFC 4648`(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
    }

    @Test func `two presses on one cell within 400 ms are a double click, the third is none`() {
        var timer = ClickTimer()
        let start = ContinuousClock.now
        let point = Point(row: 1, column: 1)
        #expect(timer.action(at: point, now: start) == .click)
        #expect(timer.action(at: point, now: start + .milliseconds(300)) == .doubleClick)
        #expect(timer.action(at: point, now: start + .milliseconds(500)) == .click)
        #expect(timer.action(at: point, now: start + .milliseconds(950)) == .click)
        #expect(timer.action(at: Point(row: 1, column: 2), now: start + .milliseconds(960)) == .click)
    }

    @Test func `messages of one task keep their order`() async throws {
        let mailbox = try Mailbox<Int>()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask { for index in 0..<1000 { mailbox.send(task * 1000 + index) } }
            }
        }
        let messages = mailbox.drain()
        #expect(messages.count == 4000)
        for task in 0..<4 {
            #expect(messages.filter { $0 / 1000 == task } == Array(task * 1000..<(task + 1) * 1000))
        }
        #expect(mailbox.drain().isEmpty)
    }
}
