import Canvas
import Delta
import Explorer
import FileTree
import FileIO
import Images
import OCI
import DeltaPackages
import Terminals

/// Runs the explorer: gives it what happens, shows what it draws, does what it wants.
final class Session {
    private let terminal: Terminal
    private let theme: Theme
    private let mailbox: Mailbox<Message>
    private var explorer: ExplorerModel
    private let pair: PairOptions
    private let work: SessionWork
    private var loading: Task<Void, Never>?
    private var comparing: [Task<Void, Never>] = []
    private var estimating: Task<Void, Never>?
    private var exporting: Task<Void, Never>?

    init(pair: PairOptions, theme: Theme, usesMouse: Bool, exportPath: String) throws {
        self.pair = pair
        self.theme = theme
        terminal = try Terminal(wantsMouse: usesMouse)
        mailbox = try Mailbox()
        work = SessionWork(mailbox: mailbox, jobs: pair.reading.width)
        explorer = ExplorerModel(
            Options(oldSource: pair.old, newSource: pair.new, exportPath: exportPath), size: terminal.size)
    }

    /// Runs until the user ends it.
    func run() throws {
        defer { stop() }
        let (old, new, work) = (pair.oldRequest, pair.newRequest, work)
        loading = Task.detached { await work.load(old, new) }
        while true {
            terminal.present(explorer.view(glyphs: terminal.glyphs), theme: theme)
            let timeout: Duration? = explorer.isAnimated ? .milliseconds(125) : nil
            let (inputs, messages) = try terminal.wait(for: mailbox, timeout: timeout)
            var effects = inputs.flatMap { explorer.update(.input($0)) }
            effects += messages.flatMap { explorer.update($0) }
            if inputs.isEmpty, messages.isEmpty { effects += explorer.update(.tick) }
            for effect in effects {
                if effect == .quit { return try end() }
                perform(effect)
            }
        }
    }

    /// What left nothing to show is told once more where it stays readable, and as an exit code.
    private func end() throws {
        stop()
        if let failure = work.failure { throw failure }
    }

    /// Cancels what runs and waits for none of it but an export, which has a file to remove.
    private func stop() {
        terminal.close()
        for task in [loading, estimating].compactMap(\.self) + comparing { task.cancel() }
        exporting?.cancel()
        work.waitForExport()
    }

    private func perform(_ effect: Effect) {
        let work = work
        switch effect {
        case .compare(let scope, let generation):
            for task in comparing { task.cancel() }
            comparing = [Task.detached { work.compare(scope, generation) }]
        case .startEstimates:
            estimating = Task.detached { await work.estimate() }
        case .export(let request):
            guard request.overwrites || FileKind.at(request.path) == .missing else {
                mailbox.send(.exportExists(request))
                return
            }
            // Both would fight for the same processors; what the estimates have made so far is used.
            estimating?.cancel()
            exporting = Task.detached { await work.export(request) }
        case .cancelExport: exporting?.cancel()
        case .copy(let text): terminal.copy(text)
        case .quit: break
        }
    }
}
