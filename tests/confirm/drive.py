# SPDX-License-Identifier: MIT
"""Starts the demo server and talks to it: drive.py PROGRAM LINE… . A line is
sent over a connection; "-" closes it and opens another. Ends when the server
is gone, or half a second after the last answer."""
import os
import socket
import subprocess
import sys
import time


def connect(port):
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=5)
        except OSError:
            time.sleep(0.02)
    sys.exit("no connection")


def main():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    server = subprocess.Popen([sys.argv[1], str(port)])
    link = connect(port)
    try:
        for line in sys.argv[2:]:
            if line == "-":
                link.close()
                link = connect(port)
                continue
            link.sendall(line.encode() + b"\n")
            link.recv(200)
        server.wait(0.5)
    except (OSError, subprocess.TimeoutExpired):
        pass
    for _ in range(100):
        if server.poll() is not None or os.environ.get("LOCKCHECK_STEER") is None:
            break
        time.sleep(0.02)
    server.kill()
    server.wait()


main()
