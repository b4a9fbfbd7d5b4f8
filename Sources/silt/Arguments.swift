public import ArgumentParser
public import Delta
public import Images
public import Packages

extension Platform: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension DeltaLevel: ExpressibleByArgument {}

extension OutputFormat: ExpressibleByArgument {}
