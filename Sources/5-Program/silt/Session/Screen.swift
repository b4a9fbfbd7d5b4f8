import Canvas
import Explorer
import Terminals

/// What a session shows frames on and reads keys from: the terminal, or a script.
protocol Screen: AnyObject {
    /// Rows and columns.
    var size: Size { get }
    /// The characters to draw lines and marks with.
    var glyphs: Glyphs { get }
    /// Whether it shows colours.
    var hasColors: Bool { get }
    /// Shows a frame.
    func present(_ frame: Frame, theme: Theme)
    /// Waits until there is input or a message, or the time is over; then takes everything that is there.
    func wait(for mailbox: Mailbox<Message>, timeout: Duration?) throws -> (
        inputs: [Input], messages: [Message]
    )
    /// Asks for the colour of the ground; the answer comes as an input, if there is one.
    func askGround()
    /// Puts text on the clipboard.
    func copy(_ text: String)
    /// Gives it to something that runs another program, and takes it again.
    func lend(_ body: () -> Void)
    /// Gives the screen back for good; the program is about to end, and signals do not interrupt what it puts away.
    func leave()
}

extension Terminal: Screen {
    func wait(for mailbox: Mailbox<Message>, timeout: Duration?) throws -> (
        inputs: [Input], messages: [Message]
    ) {
        let wait:
            (Mailbox<Message>, Duration?) throws(TerminalError) -> (inputs: [Input], messages: [Message]) =
                self.wait(for:timeout:)
        return try wait(mailbox, timeout)
    }
}
