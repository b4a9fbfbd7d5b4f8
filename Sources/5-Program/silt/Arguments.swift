public import ArgumentParser
import Bytes
public import Delta
import OCI
public import DeltaPackages
import Glibc

extension Platform {
    /// Architectures as docker and containerd name them, which may stand for Linux on them.
    private static let architectures: Set = [
        "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le",
        "riscv64", "s390x", "i386", "x86_64", "x86-64", "aarch64", "armhf", "armel",
    ]

    /// Reads a platform that an option takes.
    static func argument(_ text: String) throws -> Platform {
        if let platform = Platform(text) { return platform }
        guard architectures.contains(text.lowercased()) else {
            throw ValidationError(
                "'\(text)' is no platform: it takes os/arch or os/arch/variant, such as linux/amd64 or linux/arm/v7"
            )
        }
        return Platform(os: "linux", architecture: text)
    }
}

extension DeltaLevel: ExpressibleByArgument {}

extension OutputFormat: ExpressibleByArgument {}

extension OldForm: ExpressibleByArgument {}

/// What the program was called with.
enum Arguments {
    /// The arguments but for the program's name. Bytes that are no UTF-8 stand there as listings show them, `\xNN`, which
    /// patterns of paths understand.
    static var all: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            unsafe CommandLine.unsafeArgv[index].map {
                unsafe text(Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))))
            }
        }
    }

    static func text(_ bytes: [UInt8]) -> String {
        var text = ""
        var rest = bytes[...]
        var parser = Unicode.UTF8.ForwardParser()
        var source = bytes.makeIterator()
        while true {
            switch parser.parseScalar(from: &source) {
            case .valid(let scalar):
                text.unicodeScalars.append(Unicode.UTF8.decode(scalar))
                rest = rest.dropFirst(scalar.count)
            case .error(let length):
                text += EscapedText.of(rest.prefix(length))
                rest = rest.dropFirst(length)
            case .emptyInput: return text
            }
        }
    }
}
