#!/usr/bin/env python3
"""TLS in front of a server on loopback, for tests: what arrives on PORT goes to 127.0.0.1:BEHIND in clear text, and back.

usage: tls-front.py PORT BEHIND CERTIFICATE.pem KEY.pem     until it is ended
"""
import socket
import ssl
import sys
import threading


def carry(source, sink):
    """Bytes from one side to the other until either ends, then both ends are closed."""
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


def serve(client, behind, context):
    """One connection: a client that does not trust the certificate ends here."""
    try:
        with context.wrap_socket(client, server_side=True) as outer, socket.create_connection(("127.0.0.1", behind)) as inner:
            other = threading.Thread(target=carry, args=(inner, outer), daemon=True)
            other.start()
            carry(outer, inner)
            other.join()
    except OSError:
        client.close()


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
        while True:
            client, _ = listener.accept()
            threading.Thread(target=serve, args=(client, int(sys.argv[2]), context), daemon=True).start()


main()
