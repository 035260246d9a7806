"""A server of this machine as from afar: a proxy whose bytes take their time on the way.

    with distant.Distant(port, 0.1) as far:   # 100 ms there and back
        print(far.host)                       # 127.0.0.1:PORT
"""

import queue
import socket
import threading
import time

BLOCK = 64 << 10


class Distant:
    def __init__(self, port, seconds):
        self.seconds, self.backend = seconds, ("127.0.0.1", port)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.host = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self._thread(self._accept)

    @staticmethod
    def _thread(act, *arguments):
        threading.Thread(target=act, args=arguments, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            # A connection is there after a round trip, and no byte leaves before.
            begin = time.monotonic() + self.seconds
            server = socket.create_connection(self.backend)
            for source, sink in (client, server), (server, client):
                sink.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                pieces = queue.Queue(1024)
                self._thread(self._take, source, pieces, begin)
                self._thread(self._give, sink, pieces)

    def _take(self, source, pieces, begin):
        data = True
        while data:
            try:
                data = source.recv(BLOCK)
            except OSError:
                data = b""
            pieces.put((max(time.monotonic(), begin) + self.seconds / 2, data))

    @staticmethod
    def _give(sink, pieces):
        data = True
        while data:
            at, data = pieces.get()
            time.sleep(max(0, at - time.monotonic()))
            try:
                if data:
                    sink.sendall(data)
                else:
                    sink.shutdown(socket.SHUT_WR)
            except OSError:
                return

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.listener.close()
