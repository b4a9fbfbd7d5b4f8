public import Bytes
public import FileTree
public import Shipping

/// What the explorer wants done outside.
public enum Effect: Hashable, Sendable {
    /// Read the image of that id where there are several.
    case choose(Side, Digest)
    /// Compare trees and answer with `Message.compared` of the same generation; an older request is void.
    case compare(Scope, IgnoreRules, generation: Int)
    /// Compare the merged trees of both images with nothing ignored and answer with `Message.merged`.
    case merge
    /// Find out what the picks of a revision make and cost, and answer with `Message.picksPlanned`; what was asked for
    /// before is void. Nothing is picked if the selection is nil.
    case planPicks(PickSelection?, revision: Int)
    /// Write a list of picks; answer `picksFileExists` if the file is there and may not be replaced.
    case savePicks(PickFileRequest)
    /// Read a list of picks and answer with `Message.picksLoaded`.
    case loadPicks(String)
    /// Read a file's old and new content and answer with `Message.content`; what was asked for before is void.
    case read(ContentKey)
    /// Stop reading what is not needed any more.
    case stopReading
    /// Write one side of a file out; answer `contentExists` if a file is there and may not be replaced.
    case write(ContentRequest)
    /// Write both sides of a file to temporary files and answer with `Message.outsideReady`.
    case prepareOutside(ContentKey, name: String, OutsideTool)
    /// Give the terminal to another program that shows those files; then take it again and remove them.
    case showOutside(OutsideFiles)
    /// Find out how somebody left these images the last time, and answer with `Message.viewRecalled` if that is known.
    case recallView(ImagePair)
    /// Do work and answer with `Message.worked`; older work of its kind is void.
    case work(ScreenWork)
    /// Sum the update up and answer with `Message.summarized`; what was asked for before is void.
    case summarize(SummaryRequest)
    /// Begin to compute costs in the background.
    case startEstimates
    /// Measure all routes but those that are known, and answer with `Message.route` for each; what is picked is none of them.
    /// `makesPackages` asks for this program's packages to be made and applied, which takes their bytes and times.
    case measureRoutes(known: Set<RouteKind>, makesPackages: Bool)
    /// Stop measuring routes; what was found was told.
    case stopRoutes
    /// Find out how much room there is for a file of that name, and answer with `Message.room`.
    case measureRoom(String)
    /// Write the package; answer `exportExists` if the file is there and may not be replaced.
    case export(ExportRequest)
    /// Stop the export, remove what it wrote, answer `exportCancelled`.
    case cancelExport
    /// Show the screen in the theme of that name.
    case showTheme(String)
    /// Put text on the clipboard.
    case copy(String)
    /// Put the last summary on the clipboard, as Markdown.
    case copySummary
    /// End the program, cancelling whatever runs.
    case quit
}
