import EdgeprofAPI

/// A batch in which one bad run does not spoil the others.
struct TolerantRunBatch: Decodable {
    var runs: [Entry] = []
    /// How many were sent.
    var count: Int
    /// When it was sent, by the sender's clock.
    var sentAt: Timestamp?

    private enum Key: CodingKey {
        case runs, sentAt
    }

    /// Makes no more entries than tell that there are too many: 100,000 empty ones are a small body and much memory.
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        sentAt = try fields.decodeIfPresent(Timestamp.self, forKey: .sentAt)
        var list = try fields.nestedUnkeyedContainer(forKey: .runs)
        while !list.isAtEnd, runs.count <= RunBatch.maximumCount { runs.append(try list.decode(Entry.self)) }
        count = max(list.count ?? 0, runs.count)
    }

    /// A run, or why it is none.
    struct Entry: Decodable {
        private enum Key: CodingKey {
            case id, assignmentId
        }

        var id: String
        /// What the run answers, whatever else is wrong with it.
        var assignmentId: String?
        var run: Result<Run, Rejection>

        init(from decoder: any Decoder) throws {
            let fields = try? decoder.container(keyedBy: Key.self)
            let id = (try? fields?.decode(String.self, forKey: .id)) ?? ""
            self.id = id
            // A run of nobody's job has none, which is nothing to fall back on the slow decoder for.
            assignmentId = try? fields?.decodeIfPresent(String.self, forKey: .assignmentId)
            do {
                run = .success(try Run(from: decoder))
            } catch let error as DecodingError {
                run = .failure(Rejection(id: id, reason: error.explanation))
            } catch {
                // Foundation throws errors of its own: for 1.5 where a whole number is due, which it quotes, and for bytes that
                // are no text.
                let isText = "\(error)".contains("UTF8")
                let reason = isText ? "a text is not UTF-8" : "a number does not fit its field (\(error))"
                run = .failure(Rejection(id: id, reason: reason))
            }
        }

        /// The run when every field is sound.
        func checked() -> Result<Run, Rejection> {
            run.flatMap { run in
                var checker = FieldChecker()
                checker.check(run)
                guard checker.problems.isEmpty else {
                    return .failure(Rejection(id: id, reason: checker.problems.joined(separator: "; ")))
                }
                return .success(run)
            }
        }
    }

    /// Why a run is not stored.
    struct Rejection: Error {
        var id: String
        var reason: String

        /// The answer to the client, cut to a sane size.
        var result: RunResult {
            RunResult(id: String(id.prefix(64)), status: .rejected, reason: String(reason.prefix(1000)))
        }
    }
}
