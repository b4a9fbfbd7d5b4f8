extension String {
    /// The text with spaces after it up to a width; one at least, so that columns never touch.
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
