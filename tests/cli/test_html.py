# SPDX-License-Identifier: MIT
"""The HTML report and the pictures of the lock order, as files. What a browser
makes of the page is tested in tests/html."""
import base64
import hashlib
import json
import os
import re
import sqlite3
import xml.etree.ElementTree as xml

HOSTILE = ("</script><script>alert(1)</script><!--\u2028\u202e"
           "\"'&lt;<img src=x onerror=alert(1)>\x1b]0;x\x07")


def facts(box):
    box.demo()
    box.run("check", "--db", "facts.db", code=1)


def page(box, *args):
    return box.run(*(args or ("report",)), "--db", "facts.db", "--format",
                   "html", code=0).out


def data_of(html):
    return json.loads(re.search(
        r'<script type="application/json" id="data">(.*?)</script>', html,
        re.S)[1])


def spoil(box):
    """Puts hostile text wherever the database has some."""
    db = sqlite3.connect(os.path.join(box.path, "facts.db"))
    for table, column in (("finding", "message"), ("finding", "fix"), ("finding", "doubt"),
                          ("site", "file"), ("site", "macro"),
                          ("lock", "name"), ("lock", "class"),
                          ("trace", "thread"), ("step", "text"),
                          ("step", "held"), ("function", "name"),
                          ("rule", "short"), ("rule", "manual"),
                          ("rule", "bad"), ("finding_related", "text"),
                          ("cycle", "dropped"), ("edge", "dropped"),
                          ("thread", "name"), ("unit", "name"),
                          ("unit", "message")):
        db.execute(f"UPDATE {table} SET {column} = ? || {column}", (HOSTILE,))
    db.execute("UPDATE unit SET status = 'errors' WHERE id = 1")
    db.commit()
    db.close()


def check_policy(box, html):
    """One script and one style run, by their hashes; nothing is fetched."""
    policy = re.search(r'http-equiv="Content-Security-Policy" '
                       r'content="([^"]*)"', html)[1]
    box.check(policy.startswith("default-src 'none';") and
              "unsafe" not in policy and "http" not in policy, policy)
    for tag in ("script", "style"):
        parts = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.S)
        box.check(len(parts) == 1, f"one <{tag}>, not {len(parts)}")
        digest = hashlib.sha256(parts[0].encode()).digest()
        box.check(f"{tag}-src 'sha256-{base64.b64encode(digest).decode()}'"
                  in policy, f"the policy has the hash of the {tag}")
    links = re.findall(r'(?:src|href|action)="([^"]*)"',
                       re.sub(r"<script.*?</script>", "", html, flags=re.S))
    box.check(all(x.startswith("#") or x == "data:," for x in links), links)


def test_check_and_report_write_the_same_page(box):
    box.demo()
    box.run("check", "--db", "facts.db", "--format", "html", "-o", "r.html",
            code=1)
    box.equal(box.read("r.html"), page(box), "check and report")


def test_page_is_equal_everywhere(box):
    facts(box)
    first = page(box)
    box.run("check", "--db", "facts.db", "-j", "1", code=1)
    box.equal(first, page(box), "with -j 1")
    box.check(box.path not in first, "no path of this machine")


def test_page_says_all_of_the_findings(box):
    facts(box)
    html = page(box)
    check_policy(box, html)
    data = data_of(html)
    rows = [json.loads(line) for line in
            box.run("report", "--db", "facts.db", "--format", "json",
                    code=0).out.splitlines()]
    box.check([f["id"] for f in data["findings"]] ==
              [r["fingerprint"] for r in rows], "the same findings, in order")
    for ours, theirs in zip(data["findings"], rows):
        box.check(len(ours["threads"]) == len(theirs["threads"]), "threads")
        for a, b in zip(ours["threads"], theirs["threads"]):
            box.check([(data["files"][s["at"][0]], s["at"][1], s["text"])
                       for s in a["steps"]] ==
                      [(s["file"], s["line"], s["text"])
                       for s in b["steps"]], "steps")
    for f in data["findings"]:
        for t in f["threads"]:
            for s in t["steps"]:
                runs = data["sources"][s["at"][0]]
                box.check(any(first <= s["at"][1] < first + len(lines)
                              for first, lines in runs), f"source of {s}")


def test_hostile_text_stays_data(box):
    facts(box)
    spoil(box)
    html = page(box)
    check_policy(box, html)
    box.check(len(re.findall(r"<script", html)) == 2 and
              "<img" not in html and "<!--" not in html and
              "\u2028" not in html and "\u202e" not in html and
              "\x1b" not in html, "nothing of it is markup")
    data = data_of(html)
    box.check("</script><script>alert(1)</script>" in
              data["findings"][0]["message"], "and nothing is lost")


def test_page_of_no_findings(box):
    box.write("a.c", "int a;\n")
    box.run("check", "--db", "facts.db", "a.c", code=0)
    data = data_of(page(box))
    box.check(data["findings"] == [] and data["units"] == 1, str(data)[:200])


def test_page_without_the_sources(box):
    facts(box)
    for name in box.files():
        if name.endswith(".c"):
            os.remove(os.path.join(box.path, name))
    data = data_of(page(box))
    box.check(len(data["findings"]) == 4 and
              all(runs == [] for runs in data["sources"]), "no source text")


def test_graph_page_opens_at_the_order(box):
    facts(box)
    box.check(data_of(page(box, "graph"))["page"] == "order", "first page")
    box.check(data_of(page(box))["page"] == "findings", "first page")


# ---- the lock order as a picture ----

def locks_c(arrows):
    """A program in which function fN takes A then B, for each "A B"."""
    names = sorted({n for pair in arrows for n in pair})
    text = "#include <pthread.h>\n" + "".join(
        f"static pthread_mutex_t {n} = PTHREAD_MUTEX_INITIALIZER;\n"
        for n in names)
    for i, (a, b) in enumerate(arrows):
        text += (f"void f{i}(void)\n{{\n\tpthread_mutex_lock(&{a});\n"
                 f"\tpthread_mutex_lock(&{b});\n"
                 f"\tpthread_mutex_unlock(&{b});\n"
                 f"\tpthread_mutex_unlock(&{a});\n}}\n")
    return text


def order_of(box, arrows, **how):
    box.write("a.c", locks_c(arrows))
    box.run("check", "--db", "facts.db", "a.c")
    return data_of(page(box))["order"]


def overlap(a, b):
    return (a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and
            a[1] < b[1] + b[3] and b[1] < a[1] + a[3])


def check_drawing(box, order):
    """No two locks overlap; an arrow begins and ends at the side of its
    locks; all is inside the picture."""
    boxes = [k["box"] for k in order["locks"] if "box" in k]
    for i, a in enumerate(boxes):
        box.check(a[0] >= 0 and a[1] >= 0 and
                  a[0] + a[2] <= order["width"] and
                  a[1] + a[3] <= order["height"], f"{a} is inside")
        box.check(not any(overlap(a, b) for b in boxes[:i]), f"{a} overlaps")
    for pair in order["pairs"]:
        ends = pair["points"][:2], pair["points"][-2:]
        for (lock, end) in zip((pair["held"], pair["wanted"]), ends):
            if not end:
                continue
            x, y, w, h = order["locks"][lock]["box"]
            box.check(end[0] in (x, x + w) and y <= end[1] <= y + h,
                      f"{pair} ends at its lock")


def test_order_is_drawn_from_left_to_right(box):
    order = order_of(box, [("a", "b"), ("b", "c"), ("c", "d"), ("b", "e"),
                           ("x", "y")])
    check_drawing(box, order)
    x = {k["name"]: k["box"][0] for k in order["locks"]}
    box.check(x["a"] < x["b"] < x["c"] < x["d"] and x["b"] < x["e"] and
              x["x"] < x["y"], str(x))


def test_arrows_that_follow_from_others(box):
    order = order_of(box, [("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"),
                           ("a", "d"), ("e", "d")])
    names = [k["name"] for k in order["locks"]]
    implied = {(names[p["held"]], names[p["wanted"]])
               for p in order["pairs"] if p.get("implied")}
    box.check(implied == {("a", "c"), ("a", "d")}, str(implied))


def test_large_orders_are_drawn(box):
    """A dense order, a long chain, a star and a ring, all at once."""
    arrows = [(f"d{i:02}", f"d{k:02}") for i in range(12)
              for k in range(i + 1, 12)]
    arrows += [(f"c{i:02}", f"c{i + 1:02}") for i in range(40)]
    arrows += [("hub", f"s{i:02}") for i in range(30)]
    arrows += [(f"r{i}", f"r{(i + 1) % 6}") for i in range(6)]
    order = order_of(box, arrows)
    check_drawing(box, order)
    names = [k["name"] for k in order["locks"]]
    left = {(names[p["held"]], names[p["wanted"]])
            for p in order["pairs"] if not p.get("implied")}
    for i in range(11):
        box.check((f"d{i:02}", f"d{i + 1:02}") in left, "neighbours stay")
    box.check(len([p for p in left if p[0][0] == "d"]) == 11,
              "of the dense order only its chain is left")
    box.check(all((f"r{i}", f"r{(i + 1) % 6}") in left for i in range(6)),
              "a ring stays whole")


def test_graph_as_svg(box):
    facts(box)
    svg = box.run("graph", "--format", "svg", "--db", "facts.db", code=0).out
    root = xml.fromstring(svg)
    texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
    box.check({"store_lock", "stats_lock", "log_lock", "snapshot_lock"} ==
              set(texts), str(texts))
    bad = [p for p in root.iter("{http://www.w3.org/2000/svg}path")
           if p.get("class") == "bad" and p.get("marker-end")]
    box.check(len(bad) == 2, "the two arrows of the cycle are red")


def test_graph_as_svg_of_hostile_names(box):
    facts(box)
    spoil(box)
    svg = box.run("graph", "--format", "svg", "--db", "facts.db", code=0).out
    root = xml.fromstring(svg)
    box.check(not list(root.iter("{http://www.w3.org/2000/svg}script")) and
              "<img" not in svg, "text only")


def test_graph_around_a_lock(box):
    facts(box)
    dot = box.run("graph", "--around", "log_lock", "--db", "facts.db",
                  code=0).out
    box.check("log_lock" in dot and "stats_lock" in dot and
              "snapshot_lock" not in dot and "red" not in dot, dot)
    box.fault("graph", "--around", "nobody", "--db", "facts.db",
              says=["nobody"])
