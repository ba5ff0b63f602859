# SPDX-License-Identifier: MIT
"""Reads record files (runtime/core/record.h), for the tests.

Written from the description alone, beside the C reader of the command, so that
each checks the other. A file that ends early gives what is there.
"""
import struct

KINDS = {1: "module", 2: "module-gone", 3: "site", 4: "stack", 5: "thread",
         6: "thread-name", 7: "thread-end", 8: "segment", 9: "lock",
         10: "tuple", 11: "wake", 12: "misuse", 13: "hang", 14: "process",
         15: "note", 16: "steer"}
LOCK_KINDS = {1: "mutex", 2: "rwlock", 3: "spin", 4: "sem", 5: "cond",
              6: "barrier", 7: "once", 8: "file", 9: "thread", 10: "event",
              11: "rlock", 12: "loader", 31: "other"}
MODES = {0: "", 1: "exclusive", 2: "shared"}
HOWS = {0: "", 1: "block", 2: "try", 3: "timed"}
MISUSES = {1: "release-not-held", 2: "release-others", 3: "double-acquire",
           4: "exit-holding", 5: "destroy-held", 6: "init-held",
           7: "wait-not-held", 8: "destroy-waited", 9: "over-release",
           10: "too-many", 11: "other-lock", 12: "notify-not-held",
           13: "join-self", 14: "not-started", 15: "started-twice"}


def what(bits):
    words = [LOCK_KINDS.get(bits & 31, "?"), MODES[bits >> 5 & 3],
             HOWS[bits >> 7 & 3], "relock" if bits & 1 << 10 else ""]
    return " ".join(w for w in words if w)


class Record:
    """One record: .type, .seq, and the fields of its kind as attributes."""

    def __init__(self, kind, seq):
        self.type = kind
        self.seq = seq

    def __repr__(self):
        return repr(self.__dict__)


def pad(n):
    return (n + 7) & ~7


def _texts(data, at, *lengths):
    out = []
    for n in lengths:
        out.append(data[at:at + n])
        at += pad(n)
    return out


def _parse(kind, seq, data):
    r = Record(KINDS.get(kind, "unknown"), seq)

    def take(names, form):
        for name, value in zip(names.split(), struct.unpack_from(form, data)):
            setattr(r, name, value)

    if r.type == "module":
        take("id n bias low high idn x", "<IIQQQII")
        build, path = _texts(data, 40, r.idn, r.n)
        r.build_id, r.path = build.hex(), path.decode()
    elif r.type == "module-gone":
        take("id", "<I")
    elif r.type == "site":
        take("id line n m", "<IIII")
        r.file, r.function = (t.decode() for t in _texts(data, 16, r.n, r.m))
    elif r.type == "stack":
        take("id count cut x", "<IIII")
        r.frames = struct.unpack_from("<%dQ" % r.count, data, 16)
    elif r.type == "thread":
        take("id tid creator creator_segment create start nth stack flags",
             "<IIIIQQIII")
    elif r.type == "thread-name":
        take("thread n", "<II")
        r.name = data[8:8 + r.n].decode()
    elif r.type == "thread-end":
        take("thread segment held", "<III")
    elif r.type == "segment":
        take("thread segment other other_segment why", "<IIIII")
    elif r.type == "lock":
        take("id generation address where init nth kind flags init_seen "
             "init_thread initial n", "<IIQQQIHHIIQI")
        r.name = data[56 + 4:56 + 4 + r.n].decode() if r.n else ""
        r.kind = LOCK_KINDS.get(r.kind, "?")
    elif r.type == "tuple":
        take("thread segment lock what site stack count", "<IIIIQII")
        r.more = bool(r.what & 1 << 16)
        r.what = what(r.what)
        r.held = []
        for i in range(r.count):
            h = Record("held", seq)
            (h.lock, bits, h.site, h.stack) = struct.unpack_from(
                "<IIQI", data, 32 + 24 * i)
            h.what = what(bits)
            r.held.append(h)
    elif r.type == "wake":
        take("thread segment lock what site stack held_count", "<IIIIQII")
        r.what = what(r.what)
    elif r.type == "misuse":
        take("misuse thread lock what site other_site stack other_stack "
             "other_thread", "<IIIIQQIII")
        r.misuse = MISUSES.get(r.misuse, "?")
    elif r.type == "hang":
        take("count cycle", "<II")
        r.edges = []
        for i in range(r.count):
            e = Record("edge", seq)
            (e.waiter, e.lock, bits, e.flags, e.wait_site, e.hold_site,
             e.wait_stack, e.hold_stack, e.holder, _) = struct.unpack_from(
                 "<IIIIQQIIII", data, 8 + 48 * i)
            e.what = what(bits)
            r.edges.append(e)
    elif r.type == "process":
        take("event pid thread held site", "<IIIIQ")
    elif r.type == "note":
        take("note n", "<II")
        r.text = data[8:8 + r.n].decode()
    return r


class File:
    """A whole file: .pid, .end, .flags …, and .records in order of seq."""

    def __init__(self, path):
        with open(path, "rb") as f:
            data = f.read()
        (magic, self.version, head, block, self.flags, self.pid, self.parent,
         self.start, self.blocks, self.lost, self.end, exe, command,
         parent_file) = struct.unpack_from("<8sIIIIQQQQQIIII", data)
        if magic != b"LCKREC\r\n":
            raise ValueError(path + " is no record file")
        at = 80
        self.exe = data[at:at + exe].decode()
        self.command = data[at + exe:at + exe + command].split(b"\0")
        at += exe + command
        self.parent_file = data[at:at + parent_file].decode()
        self.records = []
        at = head
        while at + 16 <= len(data):
            at += self._block(data, at, block)
        self.records.sort(key=lambda r: r.seq)

    def _block(self, data, at, size):
        magic, blocks = struct.unpack_from("<II", data, at)
        if magic != 0x4b434c42 or blocks == 0:
            return size
        end = min(at + size * blocks, len(data))
        p = at + 16
        while p + 16 <= end:
            n, kind, _, seq = struct.unpack_from("<IHHQ", data, p)
            if n == 0 or p + n > end:
                break
            self.records.append(_parse(kind, seq, data[p + 16:p + n]))
            p += n
        return size * blocks

    def all(self, kind):
        return [r for r in self.records if r.type == kind]
