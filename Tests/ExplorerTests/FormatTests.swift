import Canvas
import Testing

@testable import Explorer

struct FormatTests {
    @Test(arguments: [
        (
            "/bin/sh -c #(nop) COPY dir:\(String(repeating: "0123abcd", count: 8)) in /srv ",
            "COPY dir:0123abcd in /srv"
        ),
        ("RUN /bin/sh -c   make\t all # buildkit", "make all"),
        (String(repeating: "0123abcd", count: 16), "0123abcd0123abcd"),
        (String(repeating: "é0123abc", count: 8), String(repeating: "é0123abc", count: 8)),
    ])
    func `of a layer's command only what somebody wrote is shown`(createdBy: String, shown: String) {
        #expect(Format.command(createdBy, .unicode) == shown)
    }
}
