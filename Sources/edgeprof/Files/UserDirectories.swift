import Foundation

/// The user's own folders, by the XDG Base Directory Specification.
enum UserDirectories {
    /// Where configuration is kept: `$XDG_CONFIG_HOME/edgeprof`, or below `~/.config`.
    static func configuration(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> String {
        try directory("XDG_CONFIG_HOME", ".config", environment)
    }

    /// Where packed plans are kept: `$XDG_CACHE_HOME/edgeprof`, or below `~/.cache`.
    static func cache(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> String {
        try directory("XDG_CACHE_HOME", ".cache", environment)
    }

    private static func directory(_ variable: String, _ fallback: String, _ environment: [String: String]) throws
        -> String
    {
        if let directory = environment[variable], directory.hasPrefix("/") { return directory + "/edgeprof" }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw InputError("neither \(variable) nor HOME is set, so there is nowhere to keep files")
        }
        return "\(home)/\(fallback)/edgeprof"
    }
}
