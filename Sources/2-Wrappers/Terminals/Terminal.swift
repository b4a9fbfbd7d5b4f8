import CTerminal
public import Canvas
import Glibc

/// The terminal: shows frames and reads keys. There is one at a time, and one thread uses it.
///
/// It is given back as it was on every way out: `close`, the end of its life, `exit`, a crash, a signal.
public final class Terminal {
    /// Whether it shows more than ASCII.
    public let isUTF8: Bool
    private let inputDescriptor: Int32
    private let outputDescriptor: Int32
    private var isLeft = false
    private var isClosed = false
    var shown: Frame?
    var shownTheme: Theme?
    var pairs = ColorPairs()
    private var clicks = ClickTimer()
    private let setsTitle: Bool
    private var shownTitle = ""
    /// What was pasted so far, while more of it comes.
    private var paste: String?
    /// What came so far of the answer that tells the ground's colour.
    private var ground: GroundReply?

    /// The signal that asked the program to end; nil if none did. It stays known when the terminal is closed.
    public static var endingSignal: Int32? {
        let number = ct_ending_signal()
        return number == 0 ? nil : number
    }

    /// Opens the process's controlling terminal, so that standard input and output may be pipes.
    ///
    /// Without colour, attributes remain; the environment's `NO_COLOR` does the same. Without mouse, the
    /// terminal's own selecting and pasting works.
    ///
    /// - Parameters:
    ///   - device: The terminal's device.
    ///   - wantsColor: Whether to use colours, where there are some.
    ///   - wantsMouse: Whether the mouse is for the program.
    ///   - remark: Told in one line what is not as it should be but will do, before anything is drawn.
    /// - Throws: `TerminalError` if there is no terminal, or none to draw on.
    public convenience init(
        device: String = "/dev/tty", wantsColor: Bool = true, wantsMouse: Bool = true,
        remark: (String) -> Void = { _ in }
    ) throws(TerminalError) {
        let descriptor = Glibc.open(device, O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else {
            throw .noTerminal(path: device, reason: String(cString: strerror(errno)))
        }
        let noColor = getenv("NO_COLOR").map { $0[0] != 0 } ?? false
        do {
            try self.init(
                type: nil, input: descriptor, output: descriptor, wantsColor: wantsColor && !noColor,
                wantsMouse: wantsMouse, remark: remark)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    /// Opens a terminal on descriptors, which it closes at its end.
    init(
        type: String?, input: Int32, output: Int32, wantsColor: Bool, wantsMouse: Bool,
        remark: (String) -> Void = { _ in }
    ) throws(TerminalError) {
        let name = type ?? getenv("TERM").map { String(cString: $0) } ?? ""
        let known = try TerminalType.choose(name)
        if known != name { remark("terminal type '\(name)' is not known here; drawing for '\(known)'") }
        let result = ct_open(known, input, output, wantsColor, wantsMouse)
        guard result != CT_OPEN_FAILED else { throw .cannotOpen(type: known) }
        isUTF8 = result == CT_OPEN_UTF8
        inputDescriptor = input
        outputDescriptor = output
        // Terminals that keep a stack of titles; others would print the sequence or lose their title.
        setsTitle = ["xterm", "tmux", "screen", "alacritty", "foot"].contains { name.hasPrefix($0) }
        if setsTitle { writeRaw("\u{1b}[22;0t") }
    }

    deinit { close() }

    /// Gives the terminal back as it was, for good.
    ///
    /// A signal that asks the program to end is still only noted in `endingSignal`, and a second one ends it: whoever leaves
    /// has something to put away.
    public func leave() {
        guard !isLeft else { return }
        isLeft = true
        if setsTitle { writeRaw("\u{1b}[23;0t") }
        ct_leave()
    }

    /// Gives the terminal back as it was; signals do again what they did before it was opened.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        leave()
        ct_close()
        Glibc.close(inputDescriptor)
        if outputDescriptor != inputDescriptor { Glibc.close(outputDescriptor) }
    }

    /// Rows and columns.
    public var size: Size {
        var rows: Int32 = 0
        var columns: Int32 = 0
        ct_size(&rows, &columns)
        return Size(rows: Int(rows), columns: Int(columns))
    }

    /// The characters to draw lines and marks with.
    public var glyphs: Glyphs { isUTF8 ? .unicode : .ascii }

    /// Whether it shows colours.
    public var hasColors: Bool { ct_color_count() >= 8 }

    /// Waits until there is input or a message, or the time is over; then takes everything that is there.
    public func wait<Message>(
        for mailbox: Mailbox<Message>, timeout: Duration? = nil
    ) throws(TerminalError) -> (inputs: [Input], messages: [Message]) {
        // Keys may be in curses' own buffer already, where poll does not see them.
        var inputs = readInputs()
        var descriptors = [inputDescriptor, mailbox.descriptor, ct_signal_descriptor()].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        let milliseconds = inputs.isEmpty ? Self.milliseconds(timeout) : 0
        let ready = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
        if ready < 0, errno != EINTR {
            throw .cannotWait(reason: String(cString: strerror(errno)))
        }
        if Int32(descriptors[0].revents) & (POLLHUP | POLLERR | POLLNVAL) != 0 { inputs.append(.terminate) }
        inputs += readSignals()
        inputs += readInputs()
        return (inputs, mailbox.drain())
    }

    /// Puts text on the clipboard through the terminal (OSC 52), where it allows that.
    public func copy(_ text: String) {
        writeRaw("\u{1b}]52;c;\(Base64.encode(Array(text.utf8)))\u{7}")
    }

    /// Asks the terminal for the colour of its ground. Those that know the question answer within some milliseconds, as an
    /// input.
    public func askGround() {
        // The same terminals that know of titles; others might print the question.
        if setsTitle, hasColors { ct_ask_ground() }
    }

    /// Gives the terminal to something that runs another program; then takes it again and draws all of it anew.
    public func lend(_ body: () -> Void) {
        ct_give_away()
        body()
        ct_take_back()
        ct_adopt_size()
        ct_forget()
        shown = nil
    }

    func showTitle(_ title: String) {
        guard setsTitle, title != shownTitle else { return }
        shownTitle = title
        let safe = title.unicodeScalars.filter { $0.value >= 0x20 && !(0x7f..<0xa0).contains($0.value) }
        writeRaw("\u{1b}]2;\(String(String.UnicodeScalarView(safe)))\u{7}")
    }

    private func writeRaw(_ text: String) {
        let bytes = Array(text.utf8)
        ct_write(bytes, Int32(bytes.count))
    }

    private static func milliseconds(_ timeout: Duration?) -> Int32 {
        guard let timeout else { return -1 }
        let (seconds, attoseconds) = timeout.components
        return Int32(clamping: max(0, seconds) * 1000 + attoseconds / 1_000_000_000_000_000)
    }

    private func readSignals() -> [Input] {
        let signals = ct_take_signals()
        var inputs: [Input] = []
        if signals & UInt32(CT_SUSPEND) != 0 { inputs.append(suspend()) }
        if signals & UInt32(CT_CONTINUED) != 0 {
            ct_resume()
            inputs.append(redraw())
        }
        if signals & UInt32(CT_RESIZED) != 0 {
            ct_adopt_size()
            inputs.append(redraw())
        }
        if signals & UInt32(CT_TERMINATE) != 0 { inputs.append(.terminate) }
        return inputs
    }

    private func readInputs() -> [Input] {
        var inputs: [Input] = []
        while true {
            let event = ct_read()
            switch event.kind {
            case CT_NONE: return inputs
            case CT_RESIZE: inputs.append(redraw())
            case CT_GROUND: ground = GroundReply()
            case CT_PASTE_START: paste = ""
            case CT_PASTE_END:
                if let paste { inputs.append(.paste(paste)) }
                paste = nil
            case CT_CLICK:
                let point = Point(row: Int(event.row), column: Int(event.column))
                inputs.append(.mouse(MouseEvent(clicks.action(at: point), at: point)))
            case CT_WHEEL_UP, CT_WHEEL_DOWN:
                let point = Point(row: Int(event.row), column: Int(event.column))
                inputs.append(
                    .mouse(MouseEvent(event.kind == CT_WHEEL_UP ? .wheelUp : .wheelDown, at: point)))
            default:
                guard let key = Key(event) else { continue }
                if ground != nil {
                    inputs += takeGround(key)
                    continue
                }
                if paste != nil { addToPaste(key) } else { inputs.append(input(key)) }
            }
        }
    }

    private func takeGround(_ key: Key) -> [Input] {
        guard ground?.take(key) == true else { return [] }
        defer { ground = nil }
        return ground?.isLight.map { [.ground(isLight: $0)] } ?? []
    }

    private func input(_ key: Key) -> Input {
        switch key {
        case .control("z"): suspend()
        // What anybody presses when something else wrote to the terminal.
        case .control("l"): redraw()
        default: .key(key)
        }
    }

    /// Keeps what is text of what is pasted; nobody pastes more into one line.
    private func addToPaste(_ key: Key) {
        guard case .character(let character) = key, let count = paste?.utf8.count, count < 4096 else {
            return
        }
        paste?.append(character)
    }

    private func suspend() -> Input {
        ct_suspend()
        return redraw()
    }

    private func redraw() -> Input {
        ct_forget()
        shown = nil
        return .resize(size)
    }
}
