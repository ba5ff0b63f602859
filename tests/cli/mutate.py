# SPDX-License-Identifier: MIT
"""Changes to C sources that change nothing for a person: lines move, functions
change places, locals get other names, the layout changes. For the tests of
fingerprints, here and in tests/bench/fingerprints.

The sources must be laid out the usual way: the brace that ends a function
stands in the first column.
"""
import re

KEYWORDS = set("""auto break case char const continue default do double else
enum extern float for goto if inline int long register restrict return short
signed sizeof static struct switch typedef union unsigned void volatile while
_Bool _Thread_local NULL true false""".split())
FUNCTION_END = re.compile(r"^}[ \t]*$", re.M)
# a definition: a line that begins in the first column with a word, then (
HEAD = re.compile(r"^(?!#|typedef|struct\s+\w+\s*\{|else|\}|/)[A-Za-z_][^;{}=#]*"
                  r"\([^;{}]*\)\s*\n?\{", re.M)
LITERAL = re.compile(r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
                     r"""|//[^\n]*|/\*.*?\*/|^[ \t]*#(?:\\\n|[^\n])*)""",
                     re.M | re.S)


def insert_lines(text):
    """Comments and empty lines, at the head and before each function."""
    parts, last = ["/*\n * Moved down.\n */\n\n"], 0
    for m in HEAD.finditer(text):
        parts += [text[last:m.start()], ""]
        last = m.start()
    parts.append(text[last:])
    return FUNCTION_END.sub("}\n\n", "".join(parts))


def functions(text):
    """(before, [function texts], after): the functions with what stands
    directly above each; nothing if the text cannot be cut up."""
    heads = [m.start() for m in HEAD.finditer(text)]
    blocks, at = [], heads[0] if heads else len(text)
    before = text[:at]
    for i, start in enumerate(heads):
        if start < at:
            continue
        end = FUNCTION_END.search(text, start)
        if not end:
            break
        blocks.append((text[at:start], text[start:end.end()]))
        at = end.end()
    return before, blocks, text[at:]


def move_group(group):
    """The functions of a group in the opposite order, with prototypes before
    them; what stood between them comes first."""
    between = "".join(b for b, _ in group)
    bodies = [f for _, f in group]
    prototypes = [re.sub(r"\s*\{\Z", ";", HEAD.match(f)[0]) for f in bodies]
    # a comment in a head or an old-style definition: leave them alone
    if len(group) < 2 or any("/*" in p or "//" in p for p in prototypes):
        return "".join(b + f for b, f in group)
    return (between + "\n" + "\n".join(prototypes) + "\n\n" +
            "\n\n".join(f.strip("\n") for f in reversed(bodies)) + "\n")


def move_functions(text):
    """Functions change places, as far as no directive is between or in
    them."""
    before, blocks, after = functions(text)
    out, group = [before], []
    for block in blocks:
        if "#" in block[0]:
            out.append(move_group(group))
            group = []
        if "#" in block[1]:
            out += [move_group(group), *block]
            group = []
        else:
            group.append(block)
    return "".join(out) + move_group(group) + after


LOCAL = re.compile(r"^[ \t]+(?:const\s+)?(?:unsigned\s+|struct\s+)?(?:int|char|"
                   r"long|size_t|bool|uint32_t|uint64_t|ssize_t|void|\w+_t|"
                   r"[a-z]\w*)\s+\**([a-z]\w*)(?:\s*=[^;,]*)?;", re.M)


def code_only(text, change):
    """`change` on what is neither literal, comment nor directive."""
    parts = LITERAL.split(text)
    for i in range(0, len(parts), 2):
        parts[i] = change(parts[i])
    return "".join(parts)


def rename_locals(text, taken=frozenset()):
    """A new name for each local that is declared on a line of its own, in the
    function it is declared in. `taken`: names that may mean something else
    (fields, functions, globals: the caller knows them)."""
    before, blocks, after = functions(text)
    out = [before]
    for between, body in blocks:
        names = {n for n in LOCAL.findall(body)
                 if n not in KEYWORDS and n not in taken and
                 not re.search(r"(?:\.|->)\s*%s\b" % n, text)}
        for name in sorted(names):
            body = code_only(body, lambda s, n=name: re.sub(
                r"\b%s\b" % n, n + "_renamed", s))
        out += [between, body]
    return "".join(out) + after


def reformat(text):
    """Another layout: four blanks for a tab, and a line break after the
    opening parenthesis of each call of two arguments or more."""
    text = text.replace("\t", "    ")
    return code_only(text, lambda s: re.sub(
        r"(?<=[a-z])\((?=[^()\n]*,[^()\n]*\);)", "(\n        ", s))


ALL = {"lines inserted": insert_lines, "functions moved": move_functions,
       "locals renamed": rename_locals, "reformatted": reformat}
