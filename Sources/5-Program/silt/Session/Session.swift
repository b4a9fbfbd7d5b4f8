import Canvas
import DequeModule
import Explorer
import FileIO
import Images
import Processes
import Terminals
import Work

/// Runs the explorer: gives it what happens, shows what it draws, does what it wants. One thread uses it.
final class Session {
    private let screen: any Screen
    private var theme: Theme
    private let mailbox: Mailbox<Message>
    private let work: SessionWork
    private var explorer: ExplorerModel
    private let difftool: String?
    private let memory: (any ViewMemory)?
    /// Messages that came and are not yet told to the explorer.
    private var news: Deque<Message> = []

    /// When the explorer's clock went on.
    private var lastTick = ContinuousClock.now
    private static let tickInterval = Duration.milliseconds(125)

    /// How many figures the explorer takes in before the next frame: more would make keys wait.
    private static let figuresPerFrame = 4096

    /// Prepares a session.
    ///
    /// - Parameters:
    ///   - screen: What to show it on.
    ///   - options: What the explorer is told when it starts.
    ///   - theme: Its colours.
    ///   - difftool: The command line that shows two files; nil for the environment's.
    ///   - memory: Where it is kept how images were left; nil to neither ask nor remember.
    ///   - jobs: How many layers or files to work on at a time.
    /// - Throws: `TerminalError` if the system has no pipe left.
    init(
        on screen: any Screen, _ options: Options, theme: Theme, difftool: String? = nil,
        memory: (any ViewMemory)? = nil, jobs: Int
    ) throws {
        self.screen = screen
        self.theme = theme
        self.difftool = difftool
        self.memory = memory
        mailbox = try Mailbox()
        work = SessionWork(mailbox: mailbox, jobs: jobs)
        var options = options
        options.glyphs = screen.glyphs
        options.hasColors = screen.hasColors
        options.remembersViews = memory != nil
        explorer = ExplorerModel(options, size: screen.size)
        if options.followsGround { screen.askGround() }
    }

    /// Explores two images until the user ends it.
    ///
    /// - Throws: Why the images could not be read, once the user has seen it; `TerminalError` if the terminal fails.
    func run(_ old: ImageRequest, _ new: ImageRequest) throws {
        defer { stop() }
        // A key is answered by this thread, and by those of the screen's pool.
        WorkPool.shared.giveWay()
        work.load(old, new)
        while true {
            screen.present(explorer.view(), theme: theme)
            let timeout: Duration? =
                !news.isEmpty ? .zero : explorer.isAnimated ? Self.tickInterval : nil
            let (inputs, messages) = try screen.wait(for: mailbox, timeout: timeout)
            news += messages
            var effects = explorer.update(inputs)
            let now = ContinuousClock.now
            // Also while somebody reports all the time.
            if inputs.isEmpty && news.isEmpty || now - lastTick >= Self.tickInterval {
                effects += explorer.update(.tick)
                lastTick = now
            }
            effects += takeNews()
            for (index, effect) in effects.enumerated() {
                guard effect == .quit else {
                    perform(effect)
                    continue
                }
                for case .showOutside(let files) in effects.dropFirst(index) { files.remove() }
                return try end()
            }
        }
    }

    /// Tells the explorer as much as it can take in at once.
    private func takeNews() -> [Effect] {
        var effects: [Effect] = []
        var figureCount = 0
        while figureCount < Self.figuresPerFrame, let message = news.popFirst() {
            if case .costs(let costs) = message { figureCount += costs.count }
            effects += explorer.update(message)
        }
        return effects
    }

    /// What left nothing to show is told once more where it stays readable, and as an exit code.
    private func end() throws {
        stop()
        // Whoever leaves is not kept by a view that cannot be written.
        if let view = explorer.viewState { try? memory?.keep(view) }
        if let failure = work.failure { throw failure }
    }

    /// Finds out how the images were left the last time: a small file, read at once.
    private func recall(_ pair: ImagePair) {
        do {
            if let view = try memory?.view(of: pair) { mailbox.send(.viewRecalled(view)) }
        } catch {
            mailbox.send(.remark("how it was left the last time is not known: \(ErrorText.of(error))"))
        }
    }

    private func stop() {
        screen.leave()
        work.stop()
        for message in news + mailbox.drain() {
            if case .outsideReady(let files) = message { files.remove() }
        }
    }

    /// Lets another program show files, which are removed after that.
    private func show(_ files: OutsideFiles) {
        screen.lend { [mailbox, difftool] in
            defer { files.remove() }
            do {
                let command = OutsideCommand(files, difftool: difftool, environment: Environment.all)
                let start = ContinuousClock.now
                let code = try ChildProcess.runOnTerminal(command.line, command.arguments) {
                    Terminal.endingSignal != nil
                }
                // What was over at once nobody has read yet.
                if command.mayNotWait, Terminal.endingSignal == nil,
                    ContinuousClock.now - start < Self.leastReadingTime
                {
                    _ = try ChildProcess.runOnTerminal(Self.waiting, []) { Terminal.endingSignal != nil }
                }
                // A shell's words for what it cannot find or run; other codes are the program's own business.
                if code == 126 || code == 127 {
                    mailbox.send(.warning("the \(files.tool.rawValue) '\(command.name)' cannot be run"))
                }
            } catch {
                mailbox.send(.warning(ErrorText.of(error)))
            }
        }
    }

    private static let leastReadingTime = Duration.seconds(1)
    private static let waiting = "printf '\\n-- enter goes back to silt -- '; read -r answer"

    private func show(theme name: String) {
        do {
            theme = try Configuration.theme(name, environment: Environment.all)
        } catch {
            mailbox.send(.warning(ErrorText.of(error)))
        }
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .compare(let scope, let rules, let generation):
            work.compare(scope, generation, ignoring: rules)
        case .choose(let side, let imageID): work.choose(side, imageID)
        case .work(let task): work.start(task)
        case .recallView(let pair): recall(pair)
        case .merge: work.merge()
        case .planPicks(let selection, let revision): work.planPicks(selection, revision)
        case .savePicks(let request): work.savePicks(request)
        case .loadPicks(let path): work.loadPicks(path)
        case .read(let key): work.read(key)
        case .stopReading: work.stopReading()
        case .write(let request): work.write(request)
        case .prepareOutside(let key, let name, let tool): work.prepareOutside(key, name: name, tool)
        case .showOutside(let files): show(files)
        case .summarize(let request): work.summarize(request)
        case .copySummary: work.summaryAsMarkdown.map(screen.copy)
        case .startEstimates: work.startEstimates()
        case .measureRoutes(let known, let makesPackages):
            work.measureRoutes(known: known, makesPackages: makesPackages)
        case .stopRoutes: work.stopRoutes()
        case .export(let request):
            if request.overwrites || FileKind.at(request.path) == .missing {
                work.export(request)
            } else {
                mailbox.send(.exportExists(request))
            }
        case .measureRoom(let path): work.measureRoom(path)
        case .cancelExport: work.cancelExport()
        case .showTheme(let name): show(theme: name)
        case .copy(let text): screen.copy(text)
        case .quit: break
        }
    }
}
