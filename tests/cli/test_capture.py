# SPDX-License-Identifier: MIT
"""lockcheck run and lockcheck-cc: builds seen from outside and from inside."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

MAKEFILE = """CC = gcc
OBJECTS = $(patsubst %.c,%.o,$(wildcard *.c))
kvd: $(OBJECTS)
	$(CC) -pthread -o $@ $^
%.o: %.c
	@echo building $@
	$(CC) -std=gnu11 -pthread -DNAME='"a b"' -c -o $@ $<
"""

# Starts the program of its first argument in every way there is; each call
# has a source of its own.
STARTER = r"""#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;
int main(int argc, char **argv)
{
	char *cc = argv[1], *no_environment[] = { "PATH=/usr/bin:/bin", NULL };
	for (int way = 0; argc && way < 10; way++) {
		char source[] = "0.c", *args[] = { cc, "-c", source, NULL };
		int pid, status;
		source[0] += way;
		if (way == 8)
			posix_spawn(&pid, cc, NULL, NULL, args, no_environment);
		else if (way == 9)
			posix_spawnp(&pid, cc, NULL, NULL, args, environ);
		else if (!(pid = way % 2 ? vfork() : fork())) {
			switch (way) {
			case 0: execve(cc, args, no_environment); break;
			case 1: execv(cc, args); break;
			case 2: execvp(cc, args); break;
			case 3: execvpe(cc, args, no_environment); break;
			case 4: execl(cc, cc, "-c", source, (char *)0); break;
			case 5: execlp(cc, cc, "-c", source, (char *)0); break;
			case 6: execle(cc, cc, "-c", source, (char *)0, no_environment); break;
			case 7: fexecve(open(cc, O_RDONLY), args, no_environment); break;
			}
			_exit(9);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			return way + 1;
	}
	return system("gcc -c a.c") || system("env -i PATH=/usr/bin:/bin gcc -c b.c");
}
"""


def tools(box):
    return os.path.dirname(box.lockcheck)


def project(box):
    """The demo with a makefile, and nothing else."""
    box.demo()
    os.unlink(os.path.join(box.path, "compile_commands.json"))
    box.write("Makefile", MAKEFILE)


def shell(box, command, code=0, **env):
    """Runs a command of a user, with lockcheck's commands in PATH."""
    done = subprocess.run(
        ["bash", "-c", command], cwd=box.path, capture_output=True, text=True,
        timeout=120, check=False,
        env=dict(os.environ, PATH=tools(box) + ":" + os.environ["PATH"],
                 LC_ALL="C.UTF-8", **env))
    box.check(done.returncode == code, f"{command}: {done.returncode}\n"
              f"{done.stdout}{done.stderr}")
    return done


def units(box, *args):
    """Sources that a check looks at, and their flags."""
    box.run("check", "-q", "--fail-on", "none", "-o", "/dev/null", *args,
            code=0)
    return box.run("query", "SELECT name FROM unit ORDER BY name",
                   code=0).out.split("\n")[1:-1]


DEMO = sorted(["cache.c", "log.c", "main.c", "queue.c", "snapshot.c",
               "stats.c", "store.c", "worker.c"])


# ---- run ----

def check_a_make(box, *capture):
    project(box)
    done = box.run("run", *capture, "--save", "kept.json", "--", "make", "-j4",
                   code=1, env={"TMPDIR": box.path})
    rules = sorted(f[3] for f in done.findings())
    box.check(rules == ["double-acquire", "lock-order-cycle",
                        "trylock-unchecked", "unreleased-lock"], str(done))
    box.check("building log.o" in done.err and "building" not in done.out,
              "the build speaks on stderr only")
    kept = json.loads(box.read("kept.json"))
    box.check(sorted(os.path.basename(e["file"]) for e in kept) == DEMO,
              str(kept))
    box.check(all('-DNAME="a b"' in e["arguments"] for e in kept), "quoting")
    left = [f for f in os.listdir(box.path) if f.startswith("lockcheck-")]
    box.check(not left, f"no temporary files: {left}")
    again = box.run("run", *capture, "--", "make", code=2)
    box.check("compiled no C source" in again.err, str(again))


def test_run_with_our_own_library(box):
    check_a_make(box, "--capture=preload")


def test_run_with_bear(box):
    if shutil.which("bear"):
        check_a_make(box, "--capture=bear")


def test_run_where_bear_cannot_work(box):
    """Without a network, as in a sandbox."""
    sandbox = "unshare -rn"
    if not shutil.which("bear") or subprocess.run(
            f"{sandbox} true", shell=True, check=False,
            stderr=subprocess.DEVNULL).returncode:
        return
    project(box)
    done = shell(box, f"{sandbox} lockcheck run -- make -j4", code=1)
    box.check("bear needs a socket on localhost" in done.stderr and
              "8 units" in done.stderr, done.stderr)


def test_run_sees_every_way_to_start_a_program(box):
    box.write("starter.c", STARTER)
    for name in "0123456789ab":
        box.write(f"{name}.c", f"int unit_{name};\n")
    subprocess.run(["gcc", "-o", "starter", "starter.c"], cwd=box.path,
                   check=True)
    box.run("run", "--capture=preload", "--save", "kept.json", "--",
            "./starter", shutil.which("gcc"), code=0)
    kept = json.loads(box.read("kept.json"))
    box.check(sorted(e["file"] for e in kept) ==
              [f"{n}.c" for n in "0123456789ab"], str(kept))


def test_run_of_a_failing_build(box):
    project(box)
    box.write("worker.c", "this is no C\n")
    done = box.run("run", "--capture=preload", "--", "make", "-k", code=2)
    box.check("make ended with exit code 2" in done.err and
              "--keep-going" in done.err and done.out == "", str(done))
    done = box.run("run", "-k", "--capture=preload", "--", "make", "-k",
                   "-B", code=1)
    box.check("make ended with exit code 2" in done.err, str(done))
    box.fault("run", "--capture=preload", "--", "no-such-command",
              says=["no-such-command", "No such file"])
    box.fault("run", "--", says=["needs a command"])
    box.fault("run", says=["needs a command"])
    done = box.run("run", "--capture=preload", "--", "sh", "-c", "kill -9 $$",
                   code=2)
    box.check("signal 9" in done.err, str(done))


def test_run_leaves_out_what_configure_compiled(box):
    box.write("configure", "#!/bin/sh\necho 'int probe;' >conftest.c\n"
              "gcc -c conftest.c && rm conftest.c\ngcc -E real.c >/dev/null\n"
              "gcc -c real.c\n")
    box.write("real.c", "int real;\n")
    box.run("run", "--capture=preload", "--save", "kept.json", "--", "sh",
            "configure", code=0)
    kept = json.loads(box.read("kept.json"))
    box.check([e["file"] for e in kept] == ["real.c"], str(kept))


def test_run_ended_by_a_signal_cleans_up(box):
    with tempfile.TemporaryDirectory() as tmp:
        run = subprocess.Popen(
            [box.lockcheck, "run", "--capture=preload", "--", "sh", "-c",
             "touch begun; exec sleep 60"], cwd=box.path,
            env=dict(os.environ, TMPDIR=tmp), stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while not box.exists("begun") and time.monotonic() < end:
            time.sleep(0.05)
        box.check(os.listdir(tmp), "there is something to clean up")
        run.send_signal(signal.SIGTERM)
        box.check(run.wait(30) == 128 + signal.SIGTERM, str(run.returncode))
        box.check(os.listdir(tmp) == [], f"left: {os.listdir(tmp)}")


def test_run_from_a_place_with_blanks(box):
    box.write("tools of mine/x", "")
    for name in ("lockcheck", "liblockcheck_capture.so"):
        shutil.copy(os.path.join(tools(box), name),
                    os.path.join(box.path, "tools of mine"))
    box.write("a.c", "int a;\n")
    box.write("tmp/x", "")
    shell(box, "'tools of mine/lockcheck' run --capture=preload -- gcc -c a.c",
          LOCKCHECK_RULES=os.path.join(box.root, "rules"),
          TMPDIR=os.path.join(box.path, "tmp"))
    box.check(os.listdir(os.path.join(box.path, "tmp")) == ["x"], "tidy")


def test_run_restricted_to_paths(box):
    project(box)
    done = box.run("run", "--capture=preload", "cache.c", "--", "make",
                   code=1)
    box.check({f[0] for f in done.findings()} == {"cache.c"} and
              "; 1 unit," in done.err, str(done))


# ---- lockcheck-cc ----

def test_launcher_in_a_makefile(box):
    project(box)
    shell(box, "make -j4 CC='lockcheck-cc gcc'")
    box.check(len(os.listdir(os.path.join(box.path, ".lockcheck-cc"))) == 8,
              "a file a compilation")
    box.check(units(box) == DEMO, "found by itself")
    shell(box, "make -B -j4 CC='lockcheck-cc gcc'")
    box.check(len(os.listdir(os.path.join(box.path, ".lockcheck-cc"))) == 8,
              "compiling again replaces")
    os.unlink(os.path.join(box.path, "log.c"))
    done = box.run("check", code=1)
    box.check("no longer there" in done.err and "; 7 units," in done.err,
              str(done))


def test_launcher_in_cmake(box):
    project(box)
    box.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.20)\n"
              "project(kvd C)\nfile(GLOB sources *.c)\n"
              "find_package(Threads REQUIRED)\n"
              "add_executable(kvd ${sources})\n"
              "target_link_libraries(kvd Threads::Threads)\n")
    shell(box, "cmake -S . -B out -DCMAKE_C_COMPILER_LAUNCHER=lockcheck-cc "
          "&& cmake --build out")
    box.check(units(box, "-p", "out") == DEMO, "-p of the build directory")
    shell(box, "rm -r out && cmake -S . -B out "
          "-DCMAKE_C_COMPILER_LAUNCHER='lockcheck-cc;ccache' "
          "&& cmake --build out", CCACHE_DIR=os.path.join(box.path, "cache"))
    box.check(units(box, "-p", "out") == DEMO, "before ccache")


def test_launcher_and_ccache(box):
    if not shutil.which("ccache"):
        return
    project(box)
    cache = os.path.join(box.path, "cache")
    for run in ("filled", "used"):
        shell(box, "make -B -j4 CC='lockcheck-cc ccache gcc'", CCACHE_DIR=cache)
        box.check(units(box) == DEMO, f"before ccache, with the cache {run}")
        shutil.rmtree(os.path.join(box.path, ".lockcheck-cc"))
    shutil.rmtree(cache)
    shell(box, "make -B -j4 CC='ccache gcc'", CCACHE_DIR=cache,
          CCACHE_PREFIX="lockcheck-cc")
    box.check(units(box) == DEMO, "behind ccache, what it does not have")
    shell(box, "make -B -j4 CC='ccache lockcheck-cc gcc'", CCACHE_DIR=cache)


def distccd(box):
    """A server on this machine, with its port."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    os.chmod(box.path, 0o755)
    user = ["--user", "nobody"] if os.geteuid() == 0 else []
    server = subprocess.Popen(
        ["distccd", "--no-detach", "--daemon", "--allow", "127.0.0.1",
         "--listen", "127.0.0.1", "--port", str(port), "--jobs", "4", *user],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket() as s:
            if not s.connect_ex(("127.0.0.1", port)):
                break
        time.sleep(0.1)
    return server, port


def test_launcher_and_distcc(box):
    if not shutil.which("distccd"):
        return
    project(box)
    os.mkdir(os.path.join(box.path, "distcc"))
    server, port = distccd(box)
    try:
        for cc in ("lockcheck-cc distcc gcc", "lockcheck-cc ccache distcc gcc"):
            shell(box, f"make -B -j4 CC='{cc}'",
                  DISTCC_HOSTS=f"127.0.0.1:{port}", DISTCC_FALLBACK="0",
                  DISTCC_DIR=os.path.join(box.path, "distcc"),
                  CCACHE_DIR=os.path.join(box.path, "cache"))
            box.check(units(box) == DEMO, cc)
            shutil.rmtree(os.path.join(box.path, ".lockcheck-cc"))
    finally:
        server.terminate()
        server.wait()


def test_launcher_and_icecc(box):
    """Without a daemon icecc compiles here, which is all that is asked: that
    both stand before the compiler and nothing gets lost."""
    if not shutil.which("icecc"):
        return
    project(box)
    for cc in ("lockcheck-cc icecc gcc", "lockcheck-cc ccache icecc gcc"):
        shell(box, f"make -B -j4 CC='{cc}'",
              CCACHE_DIR=os.path.join(box.path, "cache"))
        box.check(units(box) == DEMO, cc)
        shutil.rmtree(os.path.join(box.path, ".lockcheck-cc"))


def test_launcher_by_the_name_of_a_compiler(box):
    project(box)
    os.mkdir(os.path.join(box.path, "bin"))
    os.symlink(os.path.join(tools(box), "lockcheck-cc"),
               os.path.join(box.path, "bin", "gcc"))
    shell(box, "PATH=$PWD/bin:$PATH make")
    box.check(units(box) == DEMO, "recorded")
    done = shell(box, "PATH=$PWD/bin gcc -c log.c", code=127)
    box.check("no other gcc" in done.stderr, done.stderr)


def test_launcher_never_fails_a_compilation(box):
    project(box)
    box.write("file", "no directory\n")
    for place in ("file", "/proc/nothing", "/dev/full"):
        shell(box, "lockcheck-cc gcc -pthread -c log.c",
              LOCKCHECK_CC_DIR=place)
        done = shell(box, "lockcheck-cc gcc -pthread -c log.c",
                     LOCKCHECK_CC_DIR=place, LOCKCHECK_CC_VERBOSE="1")
        box.check("cannot write" in done.stderr, done.stderr)
    box.write("odd name.c", "int odd;\n")
    os.rename(os.path.join(box.path, "odd name.c"),
              os.path.join(box.path.encode(), b"odd \xff name.c"))
    shell(box, "lockcheck-cc gcc -c odd*.c")
    shell(box, "lockcheck-cc gcc --version")
    shell(box, "mkdir empty && cd empty && lockcheck-cc gcc -c nothing.c",
          code=1)
    box.check(os.listdir(os.path.join(box.path, "empty")) == [],
              "nothing is left where nothing was compiled")


def test_launcher_passes_on(box):
    box.write("bad.c", "this is no C\n")
    plain = shell(box, "gcc -c bad.c", code=1)
    ours = shell(box, "lockcheck-cc gcc -c bad.c", code=1)
    box.equal(plain.stderr, ours.stderr, "what the compiler says")
    shell(box, "lockcheck-cc no-such-compiler -c bad.c", code=127)
    shell(box, "lockcheck-cc ./bad.c", code=126)
    shell(box, "lockcheck-cc sh -c 'kill -15 $$'", code=-15)
    shell(box, "lockcheck-cc", code=127)
    box.check(shell(box, "echo 'int x;' | lockcheck-cc gcc -E -x c -").stdout,
              "stdin and stdout")


def test_launcher_reads_files_of_arguments(box):
    box.write("one dir/a b.c", "#ifdef WANTED\nint a;\n#else\n#error no\n"
              "#endif\n")
    box.write("args", "-DWANTED -c 'one dir/a b.c'\n")
    shell(box, "lockcheck-cc gcc @args -o a.o")
    box.check(units(box) == ["one dir/a b.c"], "the source of the file")


def test_launcher_in_one_directory_for_a_tree(box):
    box.write("sub/a.c", "int a;\n")
    box.write("sub/deep/b.c", "int b;\n")
    shell(box, "mkdir .lockcheck-cc; (cd sub && lockcheck-cc cc -c a.c); "
          "(cd sub/deep && lockcheck-cc cc -c b.c)")
    box.check(units(box) == ["sub/a.c", "sub/deep/b.c"], "the nearest above")
    shell(box, "cd sub && lockcheck-cc cc -c a.c",
          LOCKCHECK_CC_DIR=os.path.join(box.path, "named"))
    box.check(units(box, "-p", "named") == ["sub/a.c"], "named")


# ---- include paths of a compiler ----

CROSS = """#!/bin/sh
echo "$0 $*" >>%(log)s
test "$2" = -v || exit 1
cat >&2 <<END
Using built-in specs.
Target: aarch64-linux-gnu
#include "..." search starts here:
#include <...> search starts here:
 /usr/lib/gcc-cross/aarch64-linux-gnu/12/include
 %(dir)s/sub/../sysroot
End of search list.
END
"""


def cross(box, name):
    box.write(name, CROSS % {"dir": box.path,
                             "log": os.path.join(box.path, "asked")})
    os.chmod(os.path.join(box.path, name), 0o755)


def test_include_paths_of_a_compiler(box):
    cross(box, "bin/aarch64-linux-gnu-gcc")
    cross(box, "elsewhere/gcc")
    cross(box, "bin/frobnicate")
    box.write("sysroot/only_there.h", "#define THERE 1\n")
    for name in "ab":
        box.write(f"{name}.c", "#include <only_there.h>\n#include <stddef.h>\n"
                  "#if !THERE || !defined(__aarch64__)\n#error no\n#endif\n"
                  f"size_t {name};\n")

    def check(compiler, code, *args):
        box.write("compile_commands.json", json.dumps(
            [{"directory": box.path, "file": f"{n}.c",
              "arguments": [*compiler, "-c", f"{n}.c"]} for n in "ab"]))
        return box.run("check", *args, code=code, env={
            "PATH": os.path.join(box.path, "bin") + ":" + os.environ["PATH"]})

    gcc = "aarch64-linux-gnu-gcc"
    check([gcc], 3)
    box.check(not box.exists("asked"), "not run unless told to")
    check([gcc], 0, "--compiler-includes")
    box.check(len(box.read("asked").splitlines()) == 1, "asked once")
    check(["ccache", os.path.join(box.path, "bin", gcc)], 0,
          "--compiler-includes")
    os.unlink(os.path.join(box.path, "asked"))
    done = check([os.path.join(box.path, "elsewhere", "gcc")], 3,
                 "--compiler-includes")
    box.check("PATH does not lead to it" in done.err, str(done))
    check(["frobnicate"], 3, "--compiler-includes")
    check([gcc, "-nostdinc"], 3, "--compiler-includes")
    box.check(not box.exists("asked"), "others are never run")


def test_include_paths_of_the_real_compiler(box):
    box.demo()
    plain = box.run("check", "-q", code=1).out
    box.equal(plain, box.run("check", "-q", "--compiler-includes",
                             code=1).out, "cc adds nothing new here")
