#!/usr/bin/env python3
"""Holds the inside of the rooms to its shape: usage check_shape.py ROOT.

No file of a room uses another one that uses it in turn; a table of functions, such as that of the
commands, is no use of what it lists. What the linker sees begins with fp_. A tag names one type of
the whole tree. Each source opens with a sentence that says what it is. A header inside a room is
about one thing. Errors are returned from where they happen, so that few codes are looked at. What
checks ask of a base's tree goes through builder/base/watch.c, so that outlines can answer it.
"""

import os
import re
import sys

import sources

MAX_HEADER_LINES = 150
# A test takes three lines with what hangs on it: of a hundred lines three may be such, and in no
# room more than six.
MAX_TESTS_PERCENT = 1
MAX_ROOM_TESTS_PERCENT = 2

WORD = re.compile(r"\b\w+\b")
TAG = re.compile(r"^[ \t]*(?:static |const |typedef )*(struct|enum|union) (\w+)\s*\{", re.MULTILINE)
OPENING = re.compile(r"/\*(.*?)\*/", re.DOTALL)
TEST = re.compile(r"\bif \(")
CODE = re.compile(r"(?<![\w.>])code\b")
LOOK = re.compile(r"\bfp_tree_(?:get|resolve|children)\b")
DATA = re.compile(r"(\w+)\s*(?:\[[^]]*\]\s*)*(?:=.*)?$", re.DOTALL)


class File:
    """A C file of the tree, looked at once."""

    def __init__(self, root, path):
        self.path = path
        self.room = path.split("/")[1] if path.startswith("builder/") else None
        self.text = sources.read(os.path.join(root, path))
        self.code = sources.without_directives(sources.without_comments(self.text))
        self.statements = sources.statements(self.text)

    def lines(self):
        """How many lines it has."""
        return self.text.count("\n")

    def bodies(self):
        """The texts of its functions."""
        return [self.code[s.body[0] : s.body[1]] for s in self.statements if s.body is not None]

    def names(self):
        """What it defines for the linker: (name, line)."""
        found = []
        for statement in self.statements:
            head = sources.drop_attributes(statement.head)
            name = statement.function_name() if statement.body is not None else data_name(head)
            if name is not None and not re.match(r"\s*(?:[A-Z_]+ )*(?:static|typedef)\b", head):
                found.append((name, sources.line_of(self.text, statement.start)))
        return found


def data_name(head):
    """The name of a variable that is defined, or None for what is none."""
    head = head.strip()
    is_type = re.fullmatch(r"(?:struct|enum|union)\s+\w+", head) is not None
    if is_type or re.match(r"(?:extern|typedef)\b", head):
        return None
    match = DATA.search(head)
    before = head[: match.start()] if match is not None else ""
    if "(" in before or not re.search(r"\w[\s*]+$", before):
        return None
    return match.group(1)


def components(edges):
    """Sets of nodes that lead to each other (Tarjan's algorithm), of two or more."""
    order, low, stack, found = {}, {}, [], []

    def visit(node):
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in sorted(edges.get(node, ())):
            if other not in order:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], order[other])
        if low[node] == order[node]:
            at = stack.index(node)
            found.append(stack[at:])
            del stack[at:]

    for start in sorted(edges):
        if start not in order:
            visit(start)
    return [sorted(nodes) for nodes in found if len(nodes) > 1]


def check_circles(files):
    """No sources of a room that use each other."""
    homes = {}
    for file in files:
        if file.path.endswith(".c"):
            homes.update({name: file for name, _ in file.names()})
    edges = {}
    for file in files:
        words = {word for body in file.bodies() for word in WORD.findall(body)}
        used = {homes[word] for word in words if word in homes}
        if file.path.endswith(".c"):
            own = {other.path for other in used if other.room == file.room}
            edges[file.path] = own - {file.path}
    for circle in components(edges):
        others = ", ".join(os.path.basename(path) for path in circle[1:])
        yield f"{circle[0]}:1: uses {others}, and these use it in turn"


def check_names(files):
    """fp_ in front of each name that the linker sees."""
    for file in files:
        for name, line in file.names():
            if not name.startswith("fp_") and name != "main":
                yield f"{file.path}:{line}: {name} does not begin with fp_"


def check_tags(files):
    """One type a tag."""
    seen = {}
    for file in files:
        for match in TAG.finditer(file.code):
            kind, tag = match.groups()
            line = sources.line_of(file.code, match.start(1))
            if tag in seen:
                yield f"{file.path}:{line}: {kind} {tag} is another type in {seen[tag]}"
            seen.setdefault(tag, file.path)


def check_openings(files):
    """A sentence at the beginning of each source."""
    for file in files:
        match = OPENING.match(file.text)
        words = match.group(1).strip(" *\n") if match is not None else ""
        if file.path.endswith(".c") and not words.endswith("."):
            yield f"{file.path}:1: does not open with a comment that says what it is"


def check_headers(files):
    """Headers inside the rooms are about one thing."""
    for file in files:
        if file.room is not None and file.path.endswith(".h") and file.lines() > MAX_HEADER_LINES:
            yield f"{file.path}:1: {file.lines()} lines; at most {MAX_HEADER_LINES} are wanted"


def tests_of_code(file):
    """How many ifs look at a code."""
    conditions = (sources.inside(file.code, match.end() - 1) for match in TEST.finditer(file.code))
    return sum(1 for condition in conditions if CODE.search(condition))


def check_ladders(files):
    """Few tests of codes in the tree, and not many more in any of its rooms."""
    rooms = {}
    for file in files:
        for place in ("builder", f"builder/{file.room}"):
            lines, tests = rooms.get(place, (0, 0))
            rooms[place] = (lines + file.lines(), tests + tests_of_code(file))
    for place, (lines, tests) in sorted(rooms.items()):
        percent = MAX_TESTS_PERCENT if place == "builder" else MAX_ROOM_TESTS_PERCENT
        if tests * 100 > lines * percent:
            yield (
                f"{place}:1: {tests} tests of a code in {lines} lines; "
                f"at most {lines * percent // 100} are wanted: return early (FP_TRY)"
            )


def check_outlines(files):
    """Checks of a build ask for what outlines of bases have."""
    for file in files:
        asked = LOOK.search(file.code) if file.path.startswith("builder/recipe/checks") else None
        if asked is not None:
            line = sources.line_of(file.code, asked.start())
            yield f"{file.path}:{line}: {asked.group()}() is not answered by the outline of a base"


CHECKS = {
    "outlines": check_outlines,
    "circles": check_circles,
    "names": check_names,
    "tags": check_tags,
    "openings": check_openings,
    "headers": check_headers,
    "ladders": check_ladders,
}


def main():
    """Print what is out of shape; exit with 1 if anything is."""
    root = sys.argv[1]
    files = [File(root, path) for path in sources.c_files(root, "builder", "include")]
    names = sum(len(file.names()) for file in files)
    problems = []
    for check in sys.argv[2:] or CHECKS:
        problems += CHECKS[check](files)
    for problem in problems:
        print(problem)
    print(f"{len(files)} files, {names} names, {len(problems)} problems")
    # Without a single name the parser, not the code, would be what is wrong.
    return 1 if problems or names == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
