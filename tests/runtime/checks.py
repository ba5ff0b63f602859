# SPDX-License-Identifier: MIT
"""What the record files of the test programs must say."""
import collections


def all_files(run, files):
    """True of every record: ids are defined, segments count, nothing lost."""
    out = []
    for f in files:
        static = "static" in run.program.words
        if f.flags & 6 != (4 if static else 0):
            out.append("file flags %d" % f.flags)
        if f.lost:
            out.append("%d records lost" % f.lost)
        locks = {r.id for r in f.all("lock")}
        stacks = {r.id for r in f.all("stack")} | {0}
        threads = {r.id for r in f.all("thread")} | {0}
        for t in f.all("tuple"):
            if t.lock not in locks or t.stack not in stacks or \
               t.thread not in threads:
                out.append("tuple with an id that is not there: %r" % t)
            for h in t.held:
                if h.lock not in locks or h.stack not in stacks:
                    out.append("held with an id that is not there: %r" % h)
        segments = collections.defaultdict(list)
        for s in f.all("segment"):
            segments[s.thread].append(s.segment)
        for thread, numbers in segments.items():
            if numbers != list(range(1, len(numbers) + 1)):
                out.append("segments of thread %d: %s" % (thread, numbers))
        if len(locks) != len(f.all("lock")):
            out.append("a lock id is there twice")
    return out


def pairs(f):
    """(held lock, wanted lock, what) of all tuples."""
    return {(h.lock, t.lock, t.what) for t in f.all("tuple") for h in t.held}


def check_calls(run, files):
    seen = {t.what for t in files[0].all("tuple")}
    wanted = {"mutex exclusive block", "mutex exclusive try",
              "mutex exclusive timed", "rwlock shared block",
              "rwlock exclusive block", "rwlock shared try",
              "rwlock exclusive try", "rwlock shared timed",
              "rwlock exclusive timed", "spin exclusive block",
              "spin exclusive try", "sem exclusive block",
              "sem exclusive timed", "barrier exclusive block",
              "once exclusive block", "file exclusive block",
              "thread exclusive block"}
    return ["no tuple: " + w for w in sorted(wanted - seen)]


def check_hangs(run, files):
    hangs = [h for f in files for h in f.all("hang")]
    if len(hangs) != 1:
        return ["%d hangs in the record" % len(hangs)]
    out = []
    cycle = hangs[0].edges[:hangs[0].cycle]
    for i, edge in enumerate(cycle):
        if edge.holder != cycle[(i + 1) % len(cycle)].waiter:
            out.append("the cycle is not closed at edge %d" % i)
    still = run.args[0] in ("lost-signal", "barrier-short", "cond-and-mutex",
                            "orphan")
    if bool(cycle) == still:
        out.append("cycle of %d" % len(cycle))
    if run.exit == 86 and files[-1].end != 3:
        out.append("the file's end is %d" % files[-1].end)
    for edge in cycle:
        if not edge.wait_stack or (not edge.hold_stack and
                                   "thread" not in edge.what):
            out.append("an edge without both stacks: %r" % edge)
    return out


def check_oldcond(run, files):
    return [] if any(t.what.startswith("cond ") and t.held
                     for t in files[0].all("tuple")) else [
        "no condition wait with a lock held"]


def check_nohang(run, files):
    return ["a hang was recorded"] if any(f.all("hang") for f in files) else []


def check_misuse(run, files):
    found = [m.misuse for f in files for m in f.all("misuse")]
    name = run.args[0]
    want = {"others": "release-others", "not-held": "release-not-held", "rw-not-held": "release-not-held",
            "c11-not-held": "release-not-held", "twice-told":
            "release-not-held", "wait-without": "wait-not-held"}.get(name, name)
    if name in ("ok", "robust") or any("ignore" in e for e in run.env):
        return ["misuse was recorded"] if found else []
    return [] if set(found) == {want} else ["recorded %s, not %s" % (found, want)]


def locks_of(f, held, wanted):
    """Lock ids of tuples that hold one and want one, both mutexes."""
    return [(t.held[0].lock, t.lock) for t in f.all("tuple")
            if len(t.held) == 1 and t.what.startswith(wanted) and
            t.held[0].what.startswith(held)]


def check_cancel(run, files):
    return ["misuse: %s" % m.misuse for f in files for m in f.all("misuse")]


def check_forks(run, files):
    name = run.args[0]
    want = {"plain": 2, "held": 2, "exec": 3, "spawn": 2, "storm": 51}[name]
    out = []
    if len(files) != want:
        out.append("%d files, not %d" % (len(files), want))
    forked = [f for f in files if f.flags & 8]
    if name == "plain" and not (forked and forked[0].all("tuple")):
        out.append("the child has no tuples")
    for f in forked:
        if not f.parent_file:
            out.append("a forked file does not name its parent's")
    if name == "exec" and sorted(f.end for f in files) != [1, 1, 2]:
        out.append("ends %s" % [f.end for f in files])
    return out


def check_many(run, files):
    f = files[0]
    name = run.args[0]
    if name == "threads":
        ends = len(f.all("thread-end"))
        return [] if ends == 1000 else ["%d threads ended" % ends]
    if name == "held":
        deepest = max(len(t.held) for t in f.all("tuple"))
        return [] if deepest == 699 else ["at most %d held" % deepest]
    if name == "capped":
        found = [t for t in f.all("tuple") if t.held]
        more = [t for t in found if t.more]
        return [] if len(found) == 1024 and more == found[-1:] else [
            "%d tuples, %d say there are more" % (len(found), len(more))]
    if name == "locks":
        pairs_seen = len(set(locks_of(f, "mutex", "mutex")))
        return [] if pairs_seen == 5000 else ["%d pairs" % pairs_seen]
    return ["misuse: %s" % m.misuse for m in f.all("misuse")]


def check_lives(run, files):
    found = locks_of(files[0], "mutex", "mutex")
    if run.args[0] == "segments":
        segments = {(t.segment, t.site) for t in files[0].all("tuple")
                    if t.held}
        return [] if len(segments) == 2 == len(found) else [
            "tuples in segments %s" % segments]
    if len(found) != 2:
        return ["%d nested tuples" % len(found)]
    (m1, a1), (a2, m2) = found
    return [] if a1 == a2 and m1 != m2 else ["locks %s" % found]


def check_killed(run, files):
    want = 1000 if run.args[0] in ("kill", "crash") else 2000
    found = len(set(locks_of(files[0], "mutex", "mutex")))
    return [] if found == want else ["%d pairs, not %d" % (found, want)]


def check_library(run, files):
    found = locks_of(files[0], "mutex", "mutex")
    return [] if len(found) == 1 else ["pairs: %s" % found]


def check_loads(run, files):
    if "deepbind" in run.args:
        return [] if files[0].all("note") else ["no note"]
    libs = [m for m in files[0].all("module") if "loaded_lib" in m.path]
    gone = {m.id for m in files[0].all("module-gone")}
    named = {t.site >> 48 for t in files[0].all("tuple") if t.held}
    out = []
    if not libs or not named <= {m.id for m in libs}:
        out.append("sites in modules %s of %s" % (named, libs))
    if not gone & {m.id for m in libs}:
        out.append("the library was not seen going")
    return out


def check_statically(run, files):
    return [] if files[0].all("tuple") else ["no tuples"]
