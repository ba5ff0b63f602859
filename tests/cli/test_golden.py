# SPDX-License-Identifier: MIT
"""What each stage makes of tests/golden/*.c, printed. A new golden file is
read like code before it is committed (tests/cli/run --update golden)."""
import os
import shutil


def dumps(box, name):
    for file in (f"{name}.c",):
        shutil.copy(os.path.join(box.root, "tests", "golden", file), box.path)
    done = box.run("check", "--db", "facts.db", f"{name}.c", "--",
                   "-std=gnu11")
    box.golden(f"{name}.check.txt", done.out)
    for what in ("flow", "summaries", "graph"):
        box.golden(f"{name}.{what}.txt",
                   box.run("dump", what, "--db", "facts.db", code=0).out)


def test_order(box):
    dumps(box, "order")


def test_wrappers(box):
    dumps(box, "wrappers")


def test_control(box):
    dumps(box, "control")


def test_order_as_dot(box):
    dumps(box, "order")
    box.golden("order.dot", box.run("graph", "--format", "dot", "--db",
                                    "facts.db", code=0).out)
