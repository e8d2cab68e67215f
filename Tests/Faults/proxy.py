"""A proxy the tests own: it stands before a collector and misbehaves as told; also a TLS front and a CONNECT proxy."""
import http.client
import http.server
import json
import socket
import socketserver
import ssl
import threading
import time


class Proxy:
    """Hands requests on; `mode` says what becomes of those whose path matches `on`."""

    def __init__(self, collector, on="/v1/runs", certificate=None, host="127.0.0.1"):
        self.collector, self.on, self.mode = collector, on, "pass"
        # Answers requests for models' files in the collector's place.
        self.models = None
        self.attempts, self.uploads, self.acknowledged, self.encodings = [], [], set(), set()
        self.stopping = threading.Event()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, status, body=b"", headers=()):
                self.send_response(status)
                for field, value in headers:
                    self.send_header(field, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if proxy.models and self.path.startswith("/v1/models/"):
                    return proxy.models(self)
                matches = self.path.startswith(proxy.on)
                mode = proxy.mode if matches else "pass"
                if matches:
                    proxy.attempts.append(time.monotonic())
                if self.path == "/v1/runs" and self.command == "POST":
                    proxy.encodings.add(self.headers.get("Content-Encoding"))
                    proxy.uploads.append((dict(self.headers), body))
                if mode.isdigit():
                    wait = [("Retry-After", "3")] if mode in ("429", "503") else []
                    return self.answer(int(mode), b"no", wait + [("Content-Type", "text/plain")])
                if mode == "hang":
                    proxy.stopping.wait(120)
                    self.close_connection = True
                    return
                if mode == "refuse":
                    self.close_connection = True
                    return
                if mode == "lie":
                    return self.answer(200, b'{"results":', [("Content-Type", "application/json")])
                try:
                    status, fields, text = proxy.forward(self.command, self.path, dict(self.headers), body)
                    if mode == "twice":
                        status, fields, text = proxy.forward(self.command, self.path, dict(self.headers), body)
                except OSError:
                    self.close_connection = True
                    return
                if mode == "forget":
                    # Stored, but the answer is lost on its way.
                    self.close_connection = True
                    return
                hop = ("content-length", "transfer-encoding", "connection")
                head = [(k, v) for k, v in fields if k.lower() not in hop]
                if mode == "cut":
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(text) + 100))
                    self.end_headers()
                    self.wfile.write(text)
                    self.wfile.flush()
                    self.close_connection = True
                    return
                if mode == "drip":
                    self.send_response(status)
                    for field, value in head:
                        self.send_header(field, value)
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    for byte in text:
                        if proxy.stopping.wait(0.5) or proxy.mode != "drip":
                            self.close_connection = True
                            return
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                    return
                self.answer(status, text, head)
                if self.path == "/v1/runs" and self.command == "POST" and status == 200:
                    results = json.loads(text)["results"]
                    proxy.acknowledged |= {r["id"] for r in results if r["status"] in ("stored", "duplicate")}

            def handle_quietly(self):
                try:
                    self.handle_any()
                except OSError:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_DELETE = handle_quietly

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def get_request(self):
                connection, address = super().get_request()
                if certificate:
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(proxy.certificate)
                    connection = context.wrap_socket(connection, server_side=True)
                return connection, address

            def handle_error(self, *_):
                pass

        self.certificate = certificate
        self.server = Server((host, 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http{'s' if certificate else ''}://{host}:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def forward(self, method, path, headers, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.collector.port, timeout=90)
        try:
            connection.request(method, path, body or None, {**headers, "Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except http.client.HTTPException as error:
            raise OSError(str(error))
        finally:
            connection.close()

    def close(self):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()


class ConnectProxy:
    """A proxy that knows CONNECT and nothing else, as firewalls put in the way of TLS."""

    def __init__(self):
        self.asked = []
        proxy = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                line = self.rfile.readline().decode("latin-1").split()
                while self.rfile.readline().strip():
                    pass
                proxy.asked.append(" ".join(line[:2]))
                if not line or line[0] != "CONNECT":
                    self.wfile.write(b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n")
                    return
                host, port = line[1].rsplit(":", 1)
                try:
                    upstream = socket.create_connection((host, int(port)), timeout=10)
                except OSError:
                    self.wfile.write(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n")
                    return
                upstream.settimeout(None)
                self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
                other = threading.Thread(target=proxy.pump, args=(upstream, self.connection), daemon=True)
                other.start()
                proxy.pump(self.connection, upstream)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @staticmethod
    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.server.shutdown()
        self.server.server_close()
