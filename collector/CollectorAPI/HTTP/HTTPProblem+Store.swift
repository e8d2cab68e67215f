import CollectorStore
import Hummingbird

extension HTTPProblem {
    /// What a client learns of a failure of the store.
    ///
    /// Paths and causes stay in the log: they are the operator's business. What time or the operator mends is 503, so that
    /// agents come again.
    init(_ error: StoreError) {
        let (detail, seconds): (String, Int)
        switch error.code {
        case .locked: (detail, seconds) = ("the store is busy; try again", 5)
        case .unavailable: (detail, seconds) = ("the store cannot be reached; try again", 5)
        case .full: (detail, seconds) = ("the collector's disk is full", 60)
        case .unwritable: (detail, seconds) = ("the store cannot be written", 60)
        case .disk: (detail, seconds) = ("the disk of the store fails", 60)
        case .corrupt: (detail, seconds) = ("the store is damaged; its operator must restore it", 300)
        case .notInitialized, .alreadyInitialized, .newerSchema, .failed:
            self.init(.internalServerError, "the store failed; the collector's log says more")
            return
        }
        self.init(.serviceUnavailable, detail, headers: [.retryAfter: "\(seconds)"])
    }
}
