import Foundation
import Testing

@testable import Canvas

/// Whether changes can be told apart by eyes that lack one kind of cones (G. Machado and others, "A Physiologically-based
/// Model for Simulation of Color Vision Deficiency", 2009).
struct ColorVisionTests {
    private static let changes: [Role] = [.added, .removed, .modified, .metadata, .moved, .unchanged]

    /// What full deuteranopia, protanopia and tritanopia make of linear red, green and blue.
    private static let eyes: [[[Double]]] = [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [
            [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
        ],
        [
            [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        [
            [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    ]

    @Test(arguments: ["dark", "light"])
    func `all eyes tell all changes apart in the themes that are chosen by themselves`(name: String) throws {
        let theme = try Theme.builtIn(name)
        let colors = try Self.changes.map { try #require(theme.appearance(of: $0).foreground.components) }
        for eye in Self.eyes {
            let seen = colors.map { Self.lab($0, seenBy: eye) }
            for first in seen.indices {
                for second in seen.indices.dropFirst(first + 1) {
                    var square = 0.0
                    for (left, right) in zip(seen[first], seen[second]) {
                        square += (left - right) * (left - right)
                    }
                    let distance = square.squareRoot()
                    #expect(distance >= 15, "\(name): \(Self.changes[first]) and \(Self.changes[second])")
                }
            }
        }
    }

    /// CIE 1976 L*a*b*, white D65.
    private static func lab(_ color: (Int, Int, Int), seenBy eye: [[Double]]) -> [Double] {
        let linear: [Double] = [color.0, color.1, color.2].map { part in
            let share = Double(part) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        let seen: [Double] = eye.map { row in
            let sum = row[0] * linear[0] + row[1] * linear[1] + row[2] * linear[2]
            return min(1, max(0, sum))
        }
        let x = (0.4124 * seen[0] + 0.3576 * seen[1] + 0.1805 * seen[2]) / 0.95047
        let y = 0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2]
        let z = (0.0193 * seen[0] + 0.1192 * seen[1] + 0.9505 * seen[2]) / 1.08883
        let parts: [Double] = [x, y, z].map { $0 > 0.008856 ? cbrt($0) : 7.787 * $0 + 16.0 / 116 }
        return [116 * parts[1] - 16, 500 * (parts[0] - parts[1]), 200 * (parts[1] - parts[2])]
    }
}
