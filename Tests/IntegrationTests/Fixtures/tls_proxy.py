"""A TLS server on a free loopback port that passes everything on to a plain port: tls_proxy.py PORT CERT KEY."""
import socket
import ssl
import sys
import threading


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def serve(raw, context, port):
    try:
        client = context.wrap_socket(raw, server_side=True)
        server = socket.create_connection(("127.0.0.1", port))
    except OSError:
        raw.close()
        return
    threading.Thread(target=copy, args=(server, client), daemon=True).start()
    copy(client, server)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
listener = socket.create_server(("127.0.0.1", 0))
print(f"listening on {listener.getsockname()[1]}", flush=True)
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection, context, int(sys.argv[1])), daemon=True).start()
