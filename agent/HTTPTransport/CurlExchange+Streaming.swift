internal import CCurl
internal import Glibc

/// What an exchange's streams have come to.
struct StreamState {
    /// Where the answer's body goes, and how much more of it may.
    var sink: (any HTTPBodySink)?
    var room: UInt64?
    /// What the sink said.
    var sinkError: (any Error)?
    /// Where the request's body comes from, and how far it is sent.
    var source: HTTPFileSource?
    var sent: UInt64 = 0

    init(_ streaming: HTTPStreaming) {
        sink = streaming.sink
        source = streaming.source
    }

    /// Whether an answer's body is the sink's.
    func takes(_ status: Int) -> Bool { sink != nil && (status == 200 || status == 206) }

    /// Hands the next bytes of a body to the sink.
    ///
    /// - Returns: Whether the exchange may go on; `tooLarge` where the sink allows no more.
    mutating func hand(_ bytes: UnsafeRawBufferPointer, of head: () -> HTTPResponse) -> Handing {
        guard let sink else { return .failed }
        do {
            let room: UInt64
            if let known = self.room {
                room = known
            } else {
                let head = head()
                room = try sink.begin(head)
                self.room = room
                // Known too large before a byte of it is kept.
                if let told = head.header("content-length").flatMap({ UInt64($0) }), told > room { return .tooLarge }
            }
            guard bytes.count <= room else { return .tooLarge }
            self.room = room - UInt64(bytes.count)
            try sink.take(bytes)
            return .taken
        } catch {
            sinkError = error
            return .failed
        }
    }

    enum Handing {
        case taken, tooLarge, failed
    }

    /// Fills libcurl's buffer with the next bytes of the source; nil when they cannot be had.
    mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard let source, sent <= source.bytes else { return nil }
        let wanted = min(UInt64(buffer.count), source.bytes - sent)
        guard wanted > 0, let start = buffer.baseAddress else { return 0 }
        while true {
            let count = pread(source.descriptor, start, Int(wanted), off_t(clamping: sent))
            if count < 0, errno == EINTR { continue }
            // Shorter than it was said to be: nothing that could be sent is right.
            guard count > 0 else { return nil }
            sent += UInt64(count)
            source.onProgress(sent)
            return count
        }
    }
}

extension CurlExchange {
    /// Has libcurl ask this object for the request's body, where it is a file.
    func send(to easy: UnsafeMutableRawPointer) {
        guard let bytes = streams.source?.bytes else { return }
        edgeprof_curl_set_long(easy, CURLOPT_UPLOAD, 1)
        edgeprof_curl_set_size(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(clamping: bytes))
        // A kept connection may turn out dead when some of the body is gone, and then cannot be taken back.
        edgeprof_curl_set_long(easy, CURLOPT_FRESH_CONNECT, 1)
        edgeprof_curl_set_pointer(easy, CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque())
        edgeprof_curl_set_callback(easy, CURLOPT_READFUNCTION) { data, size, count, context in
            let (bytes, overflow) = size.multipliedReportingOverflow(by: count)
            guard let context, !overflow else { return Int(CURL_READFUNC_ABORT) }
            let exchange = Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
            let buffer = UnsafeMutableRawBufferPointer(start: data, count: bytes)
            return exchange.streams.fill(buffer) ?? Int(CURL_READFUNC_ABORT)
        }
    }
}
