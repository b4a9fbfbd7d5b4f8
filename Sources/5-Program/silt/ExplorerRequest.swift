import Bytes
import Canvas
import Explorer
import FileIO
import FileTree
import Images
import Shipping
import Terminals

/// What the explorer is asked to show, and how.
struct ExplorerRequest: Sendable {
    let old: ImageRequest
    let new: ImageRequest
    let theme: Theme
    private let themeName: String
    private let themes: [String]
    private let followsGround: Bool
    private let keys: [Command: [Key]]
    let usesMouse: Bool
    private let links: [Shipping.Link]
    private let link: Shipping.Link?
    private let difftool: String?
    let exportPath: String
    let ignoring: IgnoreOptions?
    private let memory: (any ViewMemory)?

    /// A request with the user's settings.
    ///
    /// - Parameters:
    ///   - old: The old image.
    ///   - new: The new image.
    ///   - theme: The name or file of a theme; nil for that of the settings.
    ///   - exportPath: The file name that export proposes.
    ///   - ignoring: What does not matter; nil if everything does.
    ///   - carrier: What times are told for; nil for what the settings say.
    ///   - remembers: Whether the images are shown as they were left, if the settings agree.
    /// - Throws: `ConfigurationError`, `ThemeError`, `LinkError` or `FileError` if settings, theme or link cannot be used.
    init(
        old: ImageRequest, new: ImageRequest, theme: String? = nil, exportPath: String = "update.silt",
        ignoring: IgnoreOptions? = nil, carrier: LinkOption? = nil,
        remembers: Bool = false
    ) throws {
        let environment = Environment.all
        let settings = try Configuration.load(environment: environment)
        self.old = old
        self.new = new
        themeName = theme ?? settings.theme ?? Configuration.defaultTheme(environment: environment)
        followsGround = theme == nil && settings.theme == nil
        self.theme = try Configuration.theme(themeName, environment: environment)
        themes = Configuration.themeNames(environment: environment)
        keys = settings.keys
        usesMouse = settings.usesMouse
        links = settings.links
        link = try carrier.map { try $0.chosenLink(settings) } ?? settings.link
        difftool = settings.difftool
        self.exportPath = exportPath
        self.ignoring = ignoring
        memory = remembers && settings.remembersViews ? ViewFolder(environment: environment) : nil
    }

    /// Runs the explorer until the user ends it; the process ends with it.
    ///
    /// - Throws: `FileError` if an input cannot be opened, `TerminalError` if there is no terminal to draw on: both
    ///   before anything is drawn.
    func explore() throws {
        Machine.returnMemory()
        for input in [old, new] { try Self.checkIsThere(input.path) }
        let terminal = try Terminal(wantsMouse: usesMouse) { StandardStreams.writeError("silt: \($0)\n") }
        var options = Options(oldSource: old.path, newSource: new.path, exportPath: exportPath)
        options.createCommand = createCommand
        options.keys = keys
        options.links = links
        options.link = link
        options.theme = themeName
        options.themes = themes
        options.followsGround = followsGround
        options.ignored = ignoring?.rules ?? IgnoreRules()
        options.ignoredConfiguration = ignoring?.significances ?? []
        let session = try Session(
            on: terminal, options, theme: theme, difftool: difftool, memory: memory, jobs: old.jobs)
        // The program ends while the session is still alive: freeing the listings of large images takes seconds.
        withExtendedLifetime(session) {
            do {
                try session.run(old, new)
                Program.end(Terminal.endingSignal.map { .signal($0) } ?? .done)
            } catch {
                Program.end(error)
            }
        }
    }

    /// The command that makes packages of the same images.
    private var createCommand: String {
        var words = ["silt", "create", old.path, new.path]
        for (option, name) in [("--old-image", old.imageName), ("--new-image", new.imageName)] {
            if let name { words += [option, name] }
        }
        if let platform = new.platform { words += ["--platform", "\(platform)"] }
        return words.map(ShellWord.quoted).joined(separator: " ")
    }

    /// A mistyped name is told here, where the message stays readable.
    private static func checkIsThere(_ path: String) throws {
        guard path != "-" else { return }
        switch FileKind.at(path) {
        case .directory: _ = try FileKind.names(inFolder: path)
        case .file, .missing:
            do throws(FileError) {
                _ = try RandomAccessFile(path: path)
            } catch {
                throw MissingImage.explained(error, path)
            }
        // A pipe can be opened once, by who reads it.
        case .other: break
        }
    }
}
