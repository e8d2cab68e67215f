internal import FoundationEssentials
internal import Glibc
public import Spool

/// The folder in which an agent keeps who it is and what it has not handed over yet; for its own user alone.
public struct StateDirectory: Sendable {
    private static let identityLimit = 64 << 10

    /// The folder.
    public let path: String

    /// Opens a state directory, making it (mode 0700) where there is none.
    ///
    /// - Parameters:
    ///   - path: the folder; the one above it must exist.
    ///   - create: whether to make it.
    /// - Throws: `AgentError` when it cannot be made or is not a folder.
    public init(_ path: String, create: Bool) throws(AgentError) {
        self.path = path
        if create, mkdir(path, 0o700) != 0, errno != EEXIST {
            let reason = String(cString: strerror(errno))
            throw AgentError(code: .state, message: "state directory '\(path)' cannot be made: \(reason)")
        }
        var status = stat()
        guard stat(path, &status) == 0 else {
            let number = errno
            guard number == ENOENT else {
                let reason = String(cString: strerror(number))
                throw AgentError(code: .state, message: "state directory '\(path)' cannot be used: \(reason)")
            }
            throw notEnrolled
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw AgentError(code: .state, message: "state directory '\(path)' is not a directory")
        }
    }

    /// The file that says who the agent is.
    public var identityPath: String { path + "/identity.json" }

    /// Whether there is an identity, readable or not.
    public var hasIdentity: Bool { access(identityPath, F_OK) == 0 }

    /// Reads the identity.
    ///
    /// - Returns: who the agent is.
    /// - Throws: `AgentError`; `notEnrolled` when there is none.
    public func identity() throws(AgentError) -> AgentIdentity {
        let bytes: [UInt8]
        do throws(SpoolError) { bytes = try DurableFile.read(identityPath, limit: Self.identityLimit) } catch {
            if error.code == .notFound { throw notEnrolled }
            throw AgentError(code: .state, message: error.message)
        }
        struct Form: Decodable { var version: Int }
        let version = (try? JSONDecoder().decode(Form.self, from: Data(bytes)))?.version
        if version == 1 {
            throw AgentError(
                code: .state,
                message: "'\(identityPath)' is from before agents had keys of their own, and its token works no more: "
                    + "enrol again with 'edgeprof-agent enroll --force'"
            )
        }
        guard version == AgentIdentity.currentVersion,
            let identity = try? JSONDecoder().decode(AgentIdentity.self, from: Data(bytes)),
            AgentKeyPair(privateKey: identity.privateKey) != nil
        else {
            throw AgentError(
                code: .state,
                message: "'\(identityPath)' is damaged or from another version: enrol again with "
                    + "'edgeprof-agent enroll --force'"
            )
        }
        return identity
    }

    /// Writes the identity: whole or not at all, mode 0600.
    ///
    /// - Parameter identity: who the agent is.
    /// - Throws: `AgentError` when it cannot be written.
    public func write(_ identity: AgentIdentity) throws(AgentError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(identity) else {
            throw AgentError(code: .state, message: "the identity cannot be written as JSON")
        }
        do throws(SpoolError) { try DurableFile.write([UInt8](data) + [UInt8(ascii: "\n")], to: identityPath) } catch {
            throw AgentError(code: .state, message: error.message)
        }
    }

    /// Opens the spool in it, which keeps other agents out of the state directory.
    ///
    /// - Parameter byteCap: bytes the waiting runs may take.
    /// - Returns: the spool.
    /// - Throws: `AgentError`; `inUse` when another agent runs on this state directory.
    public func openSpool(byteCap: UInt64) throws(AgentError) -> Spool {
        do throws(SpoolError) { return try Spool(folder: path + "/spool", byteCap: byteCap) } catch {
            guard error.code == .inUse else { throw AgentError(code: .state, message: error.message) }
            throw AgentError(
                code: .inUse,
                message: "another agent is running on state directory '\(path)': stop it first or use another directory"
            )
        }
    }

    /// Whether there is a spool, in use or not.
    var hasSpool: Bool { access(path + "/spool", F_OK) == 0 }

    /// Makes sure that an identity can be written.
    func requireWritable() throws(AgentError) {
        let probe = path + "/enrolling"
        defer { unlink(probe) }
        do throws(SpoolError) { try DurableFile.write([], to: probe) } catch {
            throw AgentError(code: .state, message: error.message)
        }
    }

    private var notEnrolled: AgentError {
        AgentError(
            code: .notEnrolled,
            message: "not enrolled: no identity in '\(path)'; run 'edgeprof-agent enroll --collector URL "
                + "--token-file FILE --state-dir \(path)' first"
        )
    }
}
