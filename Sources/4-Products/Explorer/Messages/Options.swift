import Bytes
public import Canvas
public import FileTree
public import OCI
public import Shipping

/// What the explorer is told when it starts.
public struct Options: Hashable, Sendable {
    /// The old image's source as the user gave it.
    public var oldSource: String
    /// The new image's source as the user gave it.
    public var newSource: String
    /// The file name that the export dialog proposes.
    public var exportPath: String
    /// The command that makes a package of the same images, as a shell takes it, without what it makes.
    public var createCommand: String
    /// The characters that lines and marks are drawn with.
    public var glyphs: Glyphs
    /// Whether colours are shown; without them, a mark stands before the line that has the keys.
    public var hasColors = true
    /// Other keys for some commands.
    public var keys: [Command: [Key]] = [:]
    /// The theme that is shown, and all that can be chosen.
    public var theme = "dark"
    public var themes: [String] = []
    /// Whether the theme is the one for a dark or a light ground, for the user chose none.
    public var followsGround = false
    /// What does not matter in files.
    public var ignored = IgnoreRules()
    /// What does not matter in the configuration.
    public var ignoredConfiguration: Set<ConfigDiff.Significance> = []
    /// In trees of more nodes than that, lists are made in the background; smaller ones are listed within a frame.
    public var immediateCount = 16_384
    /// Whether the explorer begins as it was left the last time.
    public var remembersViews = false
    /// The links that times can be told for.
    public var links = Shipping.Link.profiles
    /// The link that times are told for when it starts; nil for none, until the user chooses one.
    public var link: Shipping.Link?

    /// Options for two sources.
    public init(
        oldSource: String, newSource: String, exportPath: String = "update.silt", glyphs: Glyphs = .unicode
    ) {
        self.oldSource = oldSource
        self.newSource = newSource
        self.exportPath = exportPath
        createCommand = "silt create \(ShellWord.quoted(oldSource)) \(ShellWord.quoted(newSource))"
        self.glyphs = glyphs
    }
}
