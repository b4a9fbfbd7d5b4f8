// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target: warnings are errors, imports are explicit about what they expose.
let common: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Everything but the wrappers of C libraries and system calls.
let safe: [SwiftSetting] = common + [.strictMemorySafety()]

let package = Package(
    name: "silt",
    products: [.executable(name: "silt", targets: ["silt"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    ],
    targets: [
        // Floor 0: C libraries as Debian ships them.
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CLzma", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CDivsufsort", providers: [.apt(["libdivsufsort-dev"])]),
        .target(name: "CTerminal", linkerSettings: [.linkedLibrary("ncursesw")]),

        // Floor 1: values. No I/O, no C.
        .target(
            name: "Bytes", dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: safe),
        .target(name: "Tar", dependencies: ["Bytes"], swiftSettings: safe),
        .target(name: "FileTree", dependencies: ["Bytes"], swiftSettings: safe),
        .target(name: "Images", dependencies: ["Bytes", "FileTree"], swiftSettings: safe),
        .target(
            name: "Canvas", exclude: ["themes/README.md"], resources: [.embedInCode("themes")],
            swiftSettings: safe),

        // Floor 2: wrappers, each the only importer of its C library.
        .target(name: "Compression", dependencies: ["CLzma", "CZstd", "CZlib"], swiftSettings: common),
        .target(name: "Deflate", swiftSettings: common),
        .target(name: "ContextMixing", swiftSettings: common),
        .target(name: "SuffixSorting", dependencies: ["CDivsufsort"], swiftSettings: common),
        .target(name: "Archives", dependencies: ["CArchive"], swiftSettings: common),
        .target(
            name: "Files",
            dependencies: ["Bytes", .product(name: "SystemPackage", package: "swift-system")],
            swiftSettings: common),
        .target(name: "Terminals", dependencies: ["CTerminal", "Canvas"], swiftSettings: common),

        // Floor 3: engines. Delta works on bytes alone; ImageFiles reads images from files.
        .target(
            name: "Delta",
            dependencies: [
                "Bytes", "Tar", "Compression", "ContextMixing", "Deflate", "SuffixSorting",
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            exclude: ["FORMAT.md"], swiftSettings: safe),
        .target(
            name: "ImageFiles",
            dependencies: ["Bytes", "Tar", "FileTree", "Images", "Archives", "Files"], swiftSettings: safe),

        // Floor 4: packages on disk; screens without a terminal.
        .target(
            name: "Packages",
            dependencies: [
                "Bytes", "Tar", "FileTree", "Images", "ImageFiles", "Files", "Delta", "Compression",
            ],
            swiftSettings: safe),
        .target(
            name: "Explorer", dependencies: ["Bytes", "Canvas", "FileTree", "Images"], swiftSettings: safe),

        // Floor 5: the program.
        .executableTarget(
            name: "silt",
            dependencies: [
                "Bytes", "Canvas", "Delta", "FileTree", "Images", "ImageFiles", "Files", "Packages", "Tar",
                "Explorer",
                "Terminals",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: safe),

        // Mutated input for all that reads files; see CONTRIBUTING.md. No product.
        .executableTarget(
            name: "silt-fuzz",
            dependencies: [
                "Bytes", "Compression", "Deflate", "Delta", "Files", "ImageFiles", "Packages", "Tar",
                "TestSupport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Fuzz", swiftSettings: common),

        // Tests: one target for each floor's modules, and what they share.
        .target(
            name: "TestSupport", dependencies: ["Bytes", "Canvas", "Compression", "Delta", "Tar"],
            path: "Tests/TestSupport", swiftSettings: common),
        .testTarget(name: "BytesTests", dependencies: ["Bytes"], swiftSettings: common),
        .testTarget(
            name: "TarTests", dependencies: ["Tar", "CArchive", "TestSupport"], swiftSettings: common),
        .testTarget(name: "FileTreeTests", dependencies: ["FileTree", "Bytes"], swiftSettings: common),
        .testTarget(
            name: "ImagesTests", dependencies: ["Images", "Bytes", "FileTree"], swiftSettings: common),
        .testTarget(
            name: "CompressionTests", dependencies: ["Compression", "TestSupport"], swiftSettings: common),
        .testTarget(
            name: "DeflateTests", dependencies: ["Deflate", "CZlib", "TestSupport"], swiftSettings: common),
        .testTarget(
            name: "ContextMixingTests", dependencies: ["ContextMixing", "TestSupport"],
            swiftSettings: common),
        .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"], swiftSettings: common),
        .testTarget(
            name: "DeltaTests", dependencies: ["Delta", "Compression", "Tar", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "ImageFilesTests",
            dependencies: ["ImageFiles", "Bytes", "FileTree", "Files", "Images", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "PackagesTests",
            dependencies: [
                "Packages", "Bytes", "Delta", "FileTree", "Files", "ImageFiles", "Images", "TestSupport",
            ],
            exclude: ["Golden"], swiftSettings: common),
        .testTarget(
            name: "siltTests", dependencies: ["silt", "Bytes", "TestSupport"],
            exclude: ["Output"],
            swiftSettings: common),
        .testTarget(name: "CanvasTests", dependencies: ["Canvas"], swiftSettings: common),
        .testTarget(
            name: "TerminalsTests", dependencies: ["Terminals", "CTerminal", "Canvas"], swiftSettings: common),
        .testTarget(
            name: "ExplorerTests",
            dependencies: ["Explorer", "Bytes", "Canvas", "FileTree", "Images", "TestSupport"],
            exclude: ["Screens"], swiftSettings: common),
    ],
    swiftLanguageModes: [.v6]
)
