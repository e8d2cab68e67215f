import CollectorAPI
import Logging
import ServiceLifecycle
import UnixSignals

/// Reads the certificate again on SIGHUP.
struct ReloadService: Service {
    let certificate: TLSCertificate?
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            guard let certificate else {
                logger.notice("SIGHUP changes nothing: there is no certificate to read again")
                continue
            }
            do throws(TLSCertificate.Failure) {
                try certificate.reload()
                logger.notice("Certificate read again")
            } catch {
                logger.error("Certificate kept as it was", metadata: ["reason": "\(error)"])
            }
        }
    }
}
