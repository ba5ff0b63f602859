#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a check of real code costs and finds; the second half of `realcode`.

For each project with a compile database two things are run in turn, as often
as --rounds says: the compiler's own parse (one `clang-19 -fsyntax-only -w`
process a unit, -j at once) and `lockcheck check` over the same database. CPU is
user + system time of every process of a side. Results go to DIR/results:
NAME.json (findings), NAME.db (the database), NAME.log (what was said on stderr)
and NAME.measured.json (every number printed here and more).

Exit 0 all was measured, 1 lockcheck crashed, hung or lost a unit somewhere,
2 nothing could be measured.
"""

import argparse
import concurrent.futures
import json
import os
import re
import shlex
import signal
import sqlite3
import statistics
import subprocess
import sys
import threading
import time

CLANG = "clang-19"
HANG_S = 900
POLL_S = 0.02

# Arguments that write files, or that only another compiler knows. What
# remains is what clang would be given by the analyzer as well.
DROP_WITH_VALUE = {"-o", "-MF", "-MT", "-MQ", "-MJ", "--serialize-diagnostics",
                   "-fplugin", "-dumpdir"}
DROP = re.compile(
    r"-(c|S|E|MD|MMD|MP|MG|MV|M|MM|pipe|g\w*|save-temps.*|ftime-trace.*"
    r"|Wp,.*|W.*|fplugin=.*|fno-allow-store-data-races|fconserve-stack"
    r"|fno-(var-tracking|ipa|reorder|partial-inlining|tree|gcse|ivopts)\S*"
    r"|f(var-tracking|ipa|tree|gcse|lto|ivopts|analyzer|dump)\S*"
    r"|fno-lto.*|ffat-lto-objects|mindirect-branch\S*|mrecord-mcount"
    r"|fmax-errors\S*|fcf-protection\S*|fno-semantic-interposition)$")


LAUNCHERS = {"ccache", "sccache", "distcc", "icecc"}


def arguments(entry):
    """The entry's command without compiler, source and dropped flags."""
    words = entry.get("arguments") or shlex.split(entry["command"])
    if os.path.basename(words[0]) in LAUNCHERS:
        words = words[1:]
    kept, dropped, value = [], 0, False
    source = os.path.join(entry["directory"], entry["file"])
    for word in words[1:]:
        if value:
            value = False
        elif word in DROP_WITH_VALUE:
            value, dropped = True, dropped + 1
        elif word.startswith("@") or DROP.match(word) or (
                word.startswith("-o") and len(word) > 2):
            dropped += 1
        elif word != "--" and os.path.normpath(os.path.join(
                entry["directory"], word)) != os.path.normpath(source):
            kept.append(word)
    return source, kept, dropped


def load_units(database):
    with open(database) as file:
        entries = json.load(file)
    units = {}
    for entry in entries:
        source, kept, _ = arguments(entry)
        units[(source, entry["directory"], tuple(kept))] = None
    return sorted(units)


def run_clang_unit(unit):
    source, directory, flags = unit
    process = subprocess.Popen(
        [CLANG, "-fsyntax-only", "-w", *flags, source], cwd=directory,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    errors = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage, errors


def run_clang(units, jobs):
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        done = list(pool.map(run_clang_unit, units))
    return {
        "wall_s": time.monotonic() - start,
        "cpu_s": sum(u.ru_utime + u.ru_stime for _, u, _ in done),
        "max_rss_mb": max(u.ru_maxrss for _, u, _ in done) / 1024,
        "failed": [(unit[0], errors.strip().splitlines()[:1])
                   for unit, (code, _, errors) in zip(units, done) if code],
    }


class Watch(threading.Thread):
    """Peak memory of a process and of what it started, by looking often."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.peak = {}
        self.sum_kb = 0
        self.stop = threading.Event()

    def run(self):
        while not self.stop.is_set():
            total = 0
            for pid in self.family():
                high, now = self.memory(pid)
                self.peak[pid] = max(self.peak.get(pid, 0), high)
                total += now
            self.sum_kb = max(self.sum_kb, total)
            self.stop.wait(POLL_S)

    def family(self):
        pids, todo = [], [self.pid]
        while todo:
            pid = todo.pop()
            pids.append(pid)
            try:
                with open(f"/proc/{pid}/task/{pid}/children") as file:
                    todo += [int(child) for child in file.read().split()]
            except OSError:
                pass
        return pids

    @staticmethod
    def memory(pid):
        high = now = 0
        try:
            with open(f"/proc/{pid}/status") as file:
                for line in file:
                    if line.startswith("VmHWM:"):
                        high = int(line.split()[1])
                    elif line.startswith("VmRSS:"):
                        now = int(line.split()[1])
        except OSError:
            pass
        return high, now

    def parent_mb(self):
        return self.peak.get(self.pid, 0) / 1024

    def worker_mb(self):
        return max((kb for pid, kb in self.peak.items() if pid != self.pid),
                   default=0) / 1024


def run_lockcheck(command, project, out, jobs):
    """One cold run: the database is removed first."""
    for name in ("json", "db", "db-wal", "db-shm"):
        if os.path.exists(f"{out}.{name}"):
            os.remove(f"{out}.{name}")
    argv = [command, "check", "-p", "compile_commands.json", f"-j{jobs}",
            "--format", "json", "-o", f"{out}.json", "--db", f"{out}.db",
            "--fail-on", "none"]
    if supports_stats(command):
        argv.append("--stats")
    with open(f"{out}.log", "w") as log:
        start = time.monotonic()
        process = subprocess.Popen(argv, cwd=project, stdout=log, stderr=log,
                                   stdin=subprocess.DEVNULL,
                                   start_new_session=True)
        watch = Watch(process.pid)
        watch.start()
        hung = threading.Event()

        def give_up():
            hung.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(HANG_S, give_up)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        timer.cancel()
        watch.stop.set()
        watch.join()
        process.returncode = os.waitstatus_to_exitcode(status)
    return {
        "exit": "hang" if hung.is_set() else process.returncode,
        "wall_s": wall,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "max_rss_mb": usage.ru_maxrss / 1024,
        "parent_mb": watch.parent_mb(),
        "worker_mb": watch.worker_mb(),
        "sum_mb": watch.sum_kb / 1024,
    }


def supports_stats(command):
    help_text = subprocess.run([command, "check", "--help"], text=True,
                               capture_output=True, check=False)
    return "--stats" in help_text.stdout + help_text.stderr


def read_database(path):
    """Counts from the tables lockcheck documents, None where one is absent."""
    facts = {"functions": None, "unlowered": None, "partial": None,
             "reasons": {},
             "units_lost": None}
    if not os.path.exists(path):
        return facts
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    tables = {name for name, in database.execute(
        "select name from sqlite_master where type in ('table', 'view')")}

    def columns(table):
        return [row[1] for row in database.execute(
            f"pragma table_info({table})")]

    def count(table, where=""):
        return database.execute(
            f"select count(*) from {table} {where}").fetchone()[0]

    for table in ("flow", "function", "functions"):
        if table in tables:
            facts["functions"] = count(table)
            break
    if "incomplete" in tables:
        facts["unlowered"] = count("incomplete", "where scope = 'body'")
        facts["partial"] = count("incomplete", "where scope = 'function'")
        reason = [c for c in ("reason", "kind", "why", "message")
                  if c in columns("incomplete")]
        if reason:
            facts["reasons"] = dict(database.execute(
                f"select {reason[0]}, count(*) from incomplete group by 1"))
    if "unit" in tables and "status" in columns("unit"):
        facts["units"] = dict(database.execute(
            "select status, count(*) from unit group by 1"))
    return facts


def read_findings(path):
    if not os.path.exists(path):
        return None
    with open(path) as file:
        findings = [json.loads(line) for line in file if line.strip()]
    levels = {}
    for finding in findings:
        key = (finding.get("level", "?"), finding.get("rule", "?"))
        levels[key] = levels.get(key, 0) + 1
    return levels


def stages(path):
    """Stage seconds, from lines such as `extract 1.23 s` that --stats adds."""
    found = {}
    with open(path, errors="replace") as file:
        for line in file:
            match = re.match(r"\s*([a-z]+)[: ]\s*([0-9.]+) ?s\b", line)
            if match:
                found[match.group(1)] = float(match.group(2))
    return found


def median(runs, key):
    return statistics.median(run[key] for run in runs)


def measure(name, options):
    project = os.path.join(options.dir, name)
    units = load_units(os.path.join(project, "compile_commands.json"))
    out = os.path.join(options.dir, "results", name)
    os.makedirs(os.path.dirname(out), exist_ok=True)
    parse, check, reports = [], [], set()
    for _ in range(options.rounds):
        parse.append(run_clang(units, options.j))
        if options.lockcheck:
            check.append(run_lockcheck(options.lockcheck, project, out,
                                       options.j))
            if os.path.exists(f"{out}.json"):
                with open(f"{out}.json", "rb") as file:
                    reports.add(file.read())
    result = {"project": name, "units": len(units), "clang": parse,
              "lockcheck": check, "same_output": len(reports) <= 1}
    if check:
        result |= read_database(f"{out}.db")
        levels = read_findings(f"{out}.json")
        result["findings"] = None if levels is None else [
            [level, rule, n] for (level, rule), n in sorted(levels.items())]
        result["stages"] = stages(f"{out}.log")
    with open(f"{out}.measured.json", "w") as file:
        json.dump(result, file, indent=1)
    return result


HEAD = ("project", "units", "func", "clang wall", "cpu", "check wall", "cpu",
        "ratio", "parent MB", "worker MB", "error", "warn", "note", "no body",
        "in part", "exit")


def row(result):
    parse, check = result["clang"], result["lockcheck"]
    cells = [result["project"], result["units"], result.get("functions") or "-",
             f"{median(parse, 'wall_s'):.1f}", f"{median(parse, 'cpu_s'):.1f}"]
    if not check:
        return cells + ["-"] * (len(HEAD) - len(cells))
    levels = {}
    for level, _, n in result["findings"] or []:
        levels[level] = levels.get(level, 0) + n
    cells += [
        f"{median(check, 'wall_s'):.1f}", f"{median(check, 'cpu_s'):.1f}",
        f"{median(check, 'cpu_s') / median(parse, 'cpu_s'):.2f}",
        f"{max(r['parent_mb'] for r in check):.0f}",
        f"{max(r['worker_mb'] for r in check):.0f}"]
    if result["findings"] is None:
        cells += ["?", "?", "?"]
    else:
        cells += [levels.get(level, 0)
                  for level in ("error", "warning", "note")]
    for lost in (result["unlowered"], result["partial"]):
        cells.append("-" if lost is None else lost)
    cells.append(check[-1]["exit"])
    return cells


def print_table(rows):
    widths = [max(len(str(r[i])) for r in rows) for i in range(len(HEAD))]
    for cells in rows:
        print("  ".join(
            str(c).ljust(w) if i == 0 else str(c).rjust(w)
            for i, (c, w) in enumerate(zip(cells, widths))).rstrip())


def print_details(result):
    for source, errors in result["clang"][-1]["failed"]:
        print(f"  clang refuses {source}: {' '.join(errors)}")
    if not result["lockcheck"]:
        return
    for level, rule, n in result["findings"] or []:
        print(f"  {level} {rule}: {n}")
    for reason, n in sorted(result["reasons"].items()):
        print(f"  incomplete, {reason}: {n}")
    if result["stages"]:
        print("  stages: " + ", ".join(
            f"{stage} {s:.2f} s" for stage, s in result["stages"].items()))
    if not result["same_output"]:
        print("  output differs between two runs")


def bad(result):
    return any(run["exit"] not in (0, 1, 3) for run in result["lockcheck"]) \
        or not result["same_output"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", required=True)
    parser.add_argument("--lockcheck")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("-j", type=int, default=2)
    parser.add_argument("names", nargs="+")
    options = parser.parse_args()
    if options.lockcheck and not os.access(options.lockcheck, os.X_OK):
        print(f"measure: no lockcheck at {options.lockcheck}: "
              "only the compiler is measured", file=sys.stderr)
        options.lockcheck = None
    elif options.lockcheck:
        options.lockcheck = os.path.abspath(options.lockcheck)
    results = []
    for name in options.names:
        database = os.path.join(options.dir, name, "compile_commands.json")
        if not os.path.exists(database):
            print(f"measure: no database for {name}, run realcode --databases "
                  f"{name} first", file=sys.stderr)
            continue
        print(f"measure: {name}", file=sys.stderr)
        results.append(measure(name, options))
    if not results:
        return 2
    print_table([HEAD] + [row(result) for result in results])
    for result in results:
        print(f"{result['project']}:")
        print_details(result)
    return 1 if any(bad(result) for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
