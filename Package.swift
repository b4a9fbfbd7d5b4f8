// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target: warnings are errors, imports are explicit about what they expose.
let common: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// What goes through every bit of large data in two directions: built with tests, it is checked for exclusive access to
/// memory; optimized, that would take a fifth of the time.
let quick: [SwiftSetting] =
    common + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

/// Everything but the wrappers of C libraries and system calls.
let safe: [SwiftSetting] = common + [.strictMemorySafety()]

/// Tests are built beside the optimized program; optimizing them would take longer than running them.
let testing: [SwiftSetting] = common + [.unsafeFlags(["-Onone"])]

/// Where a target lies: floors are folders, and arrows between targets point down only.
let values = "Sources/1-Values"
let wrappers = "Sources/2-Wrappers"
let engines = "Sources/3-Engines"
let products = "Sources/4-Products"
let program = "Sources/5-Program"

let package = Package(
    name: "silt",
    products: [.executable(name: "silt", targets: ["silt"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    ],
    targets: [
        // Floor 0: C libraries as Debian ships them.
        .systemLibrary(
            name: "CArchive", path: "Sources/0-C/CArchive", pkgConfig: "libarchive",
            providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(
            name: "CCrypto", path: "Sources/0-C/CCrypto", pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CZstd", path: "Sources/0-C/CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]
        ),
        .systemLibrary(
            name: "CLzma", path: "Sources/0-C/CLzma", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]
        ),
        .systemLibrary(
            name: "CZlib", path: "Sources/0-C/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CDivsufsort", path: "Sources/0-C/CDivsufsort", providers: [.apt(["libdivsufsort-dev"])]),
        .systemLibrary(
            name: "CSQLite", path: "Sources/0-C/CSQLite", pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(
            name: "CPCRE2", path: "Sources/0-C/CPCRE2", pkgConfig: "libpcre2-8",
            providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(
            name: "CEncodings", path: "Sources/0-C/CEncodings", pkgConfig: "uchardet",
            providers: [.apt(["libuchardet-dev"])]),
        .target(name: "CFiles", path: "Sources/0-C/CFiles"),
        .target(
            name: "CTerminal", path: "Sources/0-C/CTerminal", linkerSettings: [.linkedLibrary("ncursesw")]),

        // Floor 1: values. No I/O, no C.
        .target(name: "Bytes", path: "\(values)/Bytes", swiftSettings: safe),
        .target(name: "Tar", dependencies: ["Bytes"], path: "\(values)/Tar", swiftSettings: safe),
        .target(name: "FileTree", dependencies: ["Bytes"], path: "\(values)/FileTree", swiftSettings: safe),
        .target(name: "ContentDiff", path: "\(values)/ContentDiff", swiftSettings: safe),
        .target(name: "FileFormats", path: "\(values)/FileFormats", swiftSettings: safe),
        .target(
            name: "OCI", dependencies: ["Bytes", "FileTree"], path: "\(values)/OCI", swiftSettings: safe),
        .target(name: "Shipping", dependencies: ["Bytes"], path: "\(values)/Shipping", swiftSettings: safe),
        .target(
            name: "Summary", dependencies: ["Bytes", "FileFormats", "FileTree", "OCI", "Shipping"],
            path: "\(values)/Summary", swiftSettings: safe),
        .target(
            name: "Canvas", dependencies: ["Bytes"], path: "\(values)/Canvas", exclude: ["themes/README.md"],
            resources: [.embedInCode("themes")], swiftSettings: safe),

        // Floor 2: wrappers, each the only importer of its C library or of system calls; codecs without one.
        .target(
            name: "Hashing", dependencies: ["Bytes", "CCrypto"], path: "\(wrappers)/Hashing",
            swiftSettings: common),
        .target(
            name: "Compression", dependencies: ["CArchive", "CLzma", "CZstd", "CZlib", "Locks"],
            path: "\(wrappers)/Compression", swiftSettings: common),
        .target(
            name: "Recompression", dependencies: ["Bytes", "Compression", "Hashing"],
            path: "\(wrappers)/Recompression", swiftSettings: quick),
        .target(name: "ContextMixing", path: "\(wrappers)/ContextMixing", swiftSettings: common),
        .target(name: "Chunking", path: "\(wrappers)/Chunking", swiftSettings: common),
        .target(
            name: "SuffixSorting", dependencies: ["CDivsufsort", "Locks"], path: "\(wrappers)/SuffixSorting",
            swiftSettings: common),
        .target(name: "Locks", path: "\(wrappers)/Locks", swiftSettings: common),
        .target(
            name: "FileIO",
            dependencies: [
                "Bytes", "CFiles", "Hashing", "Locks",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "\(wrappers)/FileIO", swiftSettings: common),
        .target(
            name: "Work",
            dependencies: ["Locks", .product(name: "DequeModule", package: "swift-collections")],
            path: "\(wrappers)/Work", swiftSettings: common),
        .target(
            name: "RegularExpressions", dependencies: ["CPCRE2"], path: "\(wrappers)/RegularExpressions",
            swiftSettings: common),
        .target(
            name: "TextEncodings", dependencies: ["CEncodings", "ContentDiff"],
            path: "\(wrappers)/TextEncodings", swiftSettings: common),
        .target(
            name: "Processes", dependencies: ["Locks"], path: "\(wrappers)/Processes", swiftSettings: common),
        .target(
            name: "Databases", dependencies: ["CSQLite"], path: "\(wrappers)/Databases",
            swiftSettings: common),
        .target(
            name: "Terminals", dependencies: ["CTerminal", "Canvas", "Locks"], path: "\(wrappers)/Terminals",
            swiftSettings: common),

        // Floor 3: engines. Delta works on bytes alone; Images reads images from files.
        .target(
            name: "Delta",
            dependencies: [
                "Bytes", "ContentDiff", "Tar", "Compression", "ContextMixing", "Locks", "Recompression",
                "SuffixSorting",
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            path: "\(engines)/Delta", swiftSettings: safe),
        .target(
            name: "Images",
            dependencies: [
                "Bytes", "Hashing", "Tar", "FileTree", "FileFormats", "ContentDiff", "OCI", "Compression",
                "FileIO", "Locks", "Shipping", "Work",
            ],
            path: "\(engines)/Images", swiftSettings: safe),

        .target(
            name: "Contents",
            dependencies: [
                "Bytes", "Chunking", "ContentDiff", "Databases", "FileFormats", "FileTree", "Hashing", "OCI",
                "Summary", "Images", "Compression", "Tar",
            ],
            path: "\(engines)/Contents", swiftSettings: safe),

        // Floor 4: packages on disk; screens without a terminal.
        .target(
            name: "DeltaPackages",
            dependencies: [
                "Bytes", "ContentDiff", "FileFormats", "Hashing", "Tar", "FileTree", "OCI", "Images",
                "FileIO", "Delta", "Compression", "Locks", "Recompression", "Shipping", "Summary", "Work",
            ],
            path: "\(products)/DeltaPackages", swiftSettings: safe),
        .target(
            name: "Explorer",
            dependencies: [
                "Bytes", "Canvas", "ContentDiff", "FileFormats", "FileTree", "Locks", "OCI",
                "RegularExpressions", "Shipping", "Summary", "TextEncodings",
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            path: "\(products)/Explorer", swiftSettings: safe),
        .target(
            name: "Routes",
            dependencies: [
                "Bytes", "Chunking", "Compression", "FileIO", "FileTree", "Hashing", "Images", "OCI",
                "Shipping", "Work",
            ],
            path: "\(products)/Routes", swiftSettings: safe),

        // Floor 5: the program.
        .executableTarget(
            name: "silt",
            dependencies: [
                "Bytes", "Hashing", "Canvas", "ContentDiff", "Contents", "Delta", "FileFormats", "FileTree",
                "OCI", "Images", "FileIO", "DeltaPackages", "Locks", "Processes", "Shipping", "Summary",
                "Tar",
                "Explorer",
                "Routes", "Terminals", "TextEncodings", "Work",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            path: "\(program)/silt", swiftSettings: safe),

        // Mutated input for all that reads files; see CONTRIBUTING.md. No product.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Bytes", "Hashing", "Canvas", "Compression", "Recompression", "Delta", "FileIO", "FileTree",
                "Images", "OCI", "DeltaPackages", "Tar", "TestSupport",
            ],
            path: "\(program)/FuzzTargets", swiftSettings: common),
        .executableTarget(
            name: "silt-fuzz",
            dependencies: [
                "FuzzTargets", "Locks", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "\(program)/Fuzz", swiftSettings: common),

        // Tests: one target for each module, and what they share.
        .target(
            name: "TestSupport",
            dependencies: ["Bytes", "Hashing", "Canvas", "Compression", "Delta", "FileTree", "Tar"],
            path: "Tests/TestSupport", swiftSettings: common),
        .testTarget(name: "BytesTests", dependencies: ["Bytes"], swiftSettings: testing),
        .testTarget(name: "HashingTests", dependencies: ["Hashing", "Bytes"], swiftSettings: testing),
        .testTarget(
            name: "TarTests", dependencies: ["Tar", "CArchive", "TestSupport"], swiftSettings: testing),
        .testTarget(
            name: "FileTreeTests", dependencies: ["FileTree", "Bytes", "Hashing", "TestSupport"],
            swiftSettings: testing),
        .testTarget(name: "ShippingTests", dependencies: ["Shipping"], swiftSettings: testing),
        .testTarget(
            name: "RegularExpressionsTests", dependencies: ["RegularExpressions", "TestSupport"],
            swiftSettings: testing),
        .testTarget(
            name: "OCITests", dependencies: ["OCI", "Bytes", "Hashing", "FileTree"], swiftSettings: testing),
        .testTarget(
            name: "FileFormatsTests", dependencies: ["FileFormats", "TestSupport"], swiftSettings: testing),
        .testTarget(
            name: "SummaryTests",
            dependencies: ["Summary", "Bytes", "FileTree", "Hashing", "OCI", "Shipping"],
            swiftSettings: testing),
        .testTarget(
            name: "ContentsTests",
            dependencies: [
                "Bytes", "Compression", "ContentDiff", "Contents", "FileFormats", "FileTree", "Images", "OCI",
                "Summary", "TestSupport",
            ],
            exclude: ["Fixtures"], swiftSettings: testing),
        .testTarget(name: "DatabasesTests", dependencies: ["Databases"], swiftSettings: testing),
        .testTarget(
            name: "CompressionTests", dependencies: ["Compression", "TestSupport"], swiftSettings: testing),
        .testTarget(
            name: "RecompressionTests",
            dependencies: ["Bytes", "Compression", "Hashing", "Recompression", "CZlib", "TestSupport"],
            exclude: ["Fixtures"], swiftSettings: testing),
        .testTarget(
            name: "ContextMixingTests", dependencies: ["ContextMixing", "TestSupport"],
            swiftSettings: testing),
        .testTarget(
            name: "ChunkingTests", dependencies: ["Chunking", "TestSupport"], swiftSettings: testing),
        .testTarget(name: "WorkTests", dependencies: ["Locks", "Work"], swiftSettings: testing),
        .testTarget(
            name: "FileIOTests",
            dependencies: [
                "FileIO", "Bytes", "Hashing", "TestSupport", "Work",
                .product(name: "SystemPackage", package: "swift-system"),
            ], swiftSettings: testing),
        .testTarget(
            name: "DeltaTests",
            dependencies: [
                "Delta", "Bytes", "Compression", "ContentDiff", "SuffixSorting", "Tar", "TestSupport",
            ],
            swiftSettings: testing),
        .testTarget(
            name: "ImagesTests",
            dependencies: [
                "Images", "Bytes", "Compression", "Hashing", "FileTree", "FileIO", "Locks", "OCI", "Shipping",
                "TestSupport",
            ],
            swiftSettings: testing),
        .testTarget(
            name: "DeltaPackagesTests",
            dependencies: [
                "DeltaPackages", "Bytes", "Hashing", "Delta", "FileTree", "FileIO", "Images", "Locks", "OCI",
                "Shipping", "Summary", "Work", "TestSupport",
            ],
            exclude: ["Golden"], swiftSettings: testing),
        .testTarget(
            name: "RoutesTests",
            dependencies: [
                "Routes", "Bytes", "Chunking", "Compression", "FileTree", "Hashing", "Images", "OCI",
                "Shipping", "TestSupport",
            ],
            swiftSettings: testing),
        .testTarget(
            name: "siltTests",
            dependencies: [
                "silt", "Bytes", "Canvas", "ContentDiff", "Delta", "DeltaPackages", "Explorer", "FileFormats",
                "FileIO",
                "FileTree",
                "Hashing",
                "Images",
                "Locks",
                "OCI", "Shipping", "Summary", "Terminals", "TestSupport", "Work",
            ],
            exclude: ["Output"],
            swiftSettings: testing),
        .testTarget(
            name: "ContentDiffTests", dependencies: ["ContentDiff", "TestSupport"], swiftSettings: testing),
        .testTarget(
            name: "TextEncodingsTests", dependencies: ["CEncodings", "ContentDiff", "TextEncodings"],
            swiftSettings: testing),
        .testTarget(name: "CanvasTests", dependencies: ["Canvas"], swiftSettings: testing),
        .testTarget(
            name: "TerminalsTests", dependencies: ["Terminals", "CTerminal", "Canvas"], swiftSettings: testing
        ),
        .testTarget(
            name: "ExplorerTests",
            dependencies: [
                "Explorer", "Bytes", "Hashing", "Canvas", "ContentDiff", "FileFormats", "FileTree", "OCI",
                "Shipping", "Summary", "TestSupport", "TextEncodings",
            ],
            exclude: ["Screens"], swiftSettings: testing),
    ],
    swiftLanguageModes: [.v6]
)
