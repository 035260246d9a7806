#!/usr/bin/env python3
"""Holds the rooms to their order: usage check_rooms.py ROOT.

The order stands in builder/README.md, in the block that begins with ```rooms, from top to bottom.
A room includes only itself and rooms below it, never another room's private headers, and only the
topmost room prints or ends the program.
"""

import os
import re
import sys

import sources

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<(flinkpack/[^>]+)>)', re.MULTILINE)
PRINTING = re.compile(
    r"(?<![\w.>])(v?f?printf|v?dprintf|f?puts|putchar|perror|_?exit|quick_exit)\s*\("
)
BELOW = re.compile(r"\bBELOW\b([^)]*?)(?=\b(?:SOURCES|LIBRARIES)\b|\))", re.DOTALL)


def room_order(root):
    """The rooms from top to bottom."""
    readme = sources.read(os.path.join(root, "builder", "README.md"))
    block = re.search(r"^```rooms\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    if block is None:
        return []
    return [line.split()[0] for line in block.group(1).splitlines() if line.strip()]


def room_of(path):
    """The room that a file of builder/ or include/flinkpack/ belongs to; None for neither."""
    parts = path.split("/")
    if parts[0] == "builder" and len(parts) > 2:
        return parts[1]
    if parts[:2] == ["include", "flinkpack"]:
        return parts[2][:-2] if len(parts) == 3 else parts[2]
    return None


class Check:
    """Collects what is wrong."""

    def __init__(self, root):
        self.root = root
        self.order = room_order(root)
        self.problems = []

    def say(self, path, line, text):
        """Note a problem."""
        self.problems.append(f"{path}:{line}: {text}")

    def is_reachable(self, room, other):
        """Whether `room` may use `other`."""
        return self.order.index(other) >= self.order.index(room)

    def check_public(self, path, line, room, included):
        """An include of flinkpack/OTHER.h or flinkpack/OTHER/..."""
        other = room_of("include/" + included)
        if other == "banned":
            self.say(path, line, "banned.h is included by the build, not by hand")
        elif other not in self.order:
            self.say(path, line, f"{included} belongs to no room of builder/README.md")
        elif not self.is_reachable(room, other):
            self.say(path, line, f"{room} may not include {included}: {other} is above it")

    def check_relative(self, path, line, room, included):
        """An include of a file beside this one."""
        target = os.path.normpath(os.path.join(os.path.dirname(path), included))
        if room_of(target) == room and target.startswith("builder/"):
            return
        if os.path.basename(target) == "internal.h":
            self.say(path, line, f"{room} may not include another room's {included}")
        else:
            self.say(path, line, f"{included} is not in this room: include its public header")

    def check_includes(self, path, room, text):
        """All #include lines of a file."""
        for match in INCLUDE.finditer(text):
            included = match.group(1) or match.group(2)
            line = sources.line_of(text, match.start())
            if included.startswith("flinkpack/"):
                self.check_public(path, line, room, included)
            else:
                self.check_relative(path, line, room, included)

    def check_printing(self, path, room, text):
        """Only the topmost room prints and exits."""
        if room == self.order[0]:
            return
        code = sources.without_directives(sources.without_comments(text))
        for match in PRINTING.finditer(code):
            line = sources.line_of(code, match.start())
            self.say(path, line, f"{match.group(1)}() is for {self.order[0]} only")

    def check_links(self, room):
        """The BELOW list in a room's CMakeLists.txt."""
        path = f"builder/{room}/CMakeLists.txt"
        full = os.path.join(self.root, path)
        text = re.sub(r"#[^\n]*", "", sources.read(full)) if os.path.exists(full) else ""
        for match in BELOW.finditer(text):
            for other in match.group(1).split():
                line = sources.line_of(text, match.start())
                if other not in self.order or other == room or not self.is_reachable(room, other):
                    self.say(path, line, f"{room} may not stand on {other}")

    def run(self):
        """Check everything."""
        if not self.order:
            self.say("builder/README.md", 1, "there is no block ```rooms")
            return
        for path in sources.c_files(self.root, "builder", "include"):
            room = room_of(path)
            if room is None or path == "include/flinkpack/banned.h":
                continue
            if room not in self.order:
                self.say(path, 1, f"the room {room} is not in builder/README.md")
                continue
            text = sources.read(os.path.join(self.root, path))
            self.check_includes(path, room, text)
            self.check_printing(path, room, text)
        for room in self.order:
            self.check_links(room)


def main():
    """Print what is wrong; exit with 1 if anything is."""
    check = Check(sys.argv[1])
    check.run()
    for problem in check.problems:
        print(problem)
    print(f"{len(check.order)} rooms, {len(check.problems)} problems")
    return 1 if check.problems else 0


if __name__ == "__main__":
    sys.exit(main())
