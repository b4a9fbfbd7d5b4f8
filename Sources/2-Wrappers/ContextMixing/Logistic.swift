/// Probabilities and their logarithmic odds, in whole numbers: it must come out the same everywhere.
enum Logistic {
    /// The logistic function at every 128th of -2048 to 2048: 4096 / (1 + exp(-x / 256)), rounded.
    private static let knots = [
        1, 2, 4, 6, 10, 17, 27, 45, 74, 120, 194, 311, 488, 747, 1102, 1546, 2048, 2550, 2994, 3349, 3608,
        3785,
        3902, 3976, 4022, 4051, 4069, 4079, 4086, 4090, 4092, 4094, 4095,
    ]

    /// By the logarithmic odds + 2048, in 256ths: the probability in 4096ths, 1 to 4095.
    static let probabilities: [Int32] = (0..<4096).map { place in
        let low = knots[place >> 7]
        let high = knots[place >> 7 + 1]
        return Int32((low * (128 - place & 127) + high * (place & 127) + 64) >> 7)
    }

    /// By the probability in 4096ths: the logarithmic odds in 256ths, -2047 to 2047.
    static let odds: [Int16] = {
        var odds: [Int16] = []
        for place in 1..<4096 {
            while odds.count <= Int(probabilities[place]) { odds.append(Int16(place - 2048)) }
        }
        while odds.count < 4096 { odds.append(2047) }
        return odds
    }()
}
