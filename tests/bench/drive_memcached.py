# SPDX-License-Identifier: MIT
"""The load under which memcached (1.6.18) can deadlock: the crawler's dump of the
hash table while the table grows. drive_memcached.py MEMCACHED"""
import os
import socket
import subprocess
import sys
import time


def connect(port):
    for _ in range(500):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=10)
        except OSError:
            time.sleep(0.02)
    sys.exit("no connection")


def fill(port, count):
    """More items than the smallest table is made for: it grows within a
    second, when memcached's clock looks at it."""
    link = connect(port)
    for i in range(0, count, 500):
        link.sendall(b"".join(b"set k%d 0 0 1 noreply\r\nx\r\n" % k
                              for k in range(i, i + 500)))
    link.sendall(b"version\r\n")
    link.recv(100)


def dump(port):
    link = connect(port)
    link.sendall(b"lru_crawler metadump hash\r\n")
    got = b""
    while not got.endswith(b"END\r\n") and not got.startswith(b"BUSY"):
        more = link.recv(65536)
        if not more:
            break
        got += more[-100:]


def main():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    server = subprocess.Popen([sys.argv[1], *user, "-l", "127.0.0.1", "-p",
                               str(port), "-t", "2", "-o", "hashpower=12"])
    try:
        fill(port, 12000)
        end = time.monotonic() + 2.5
        while time.monotonic() < end and server.poll() is None:
            dump(port)
            time.sleep(0.1)
    except OSError:
        pass
    server.terminate()
    try:
        server.wait(3)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


main()
