#!/usr/bin/env python3
"""Files that the documents for developers name are there: usage check_paths.py ROOT.

What stands in backquotes and ends like a source is looked for from the top, from builder, from
include/flinkpack, and, where it is a name alone, anywhere; '*' stands for what it does in a shell.
So is the first word of each line of a block of code.
"""

import fnmatch
import os
import re
import sys

import sources

DOCUMENTS = ["CONTRIBUTING.md", os.path.join("builder", "README.md")]
PLACES = ["", "builder/", "include/flinkpack/", "*/"]
NAMED = re.compile(r"`([\w./*-]+\.(?:c|h|py))`|^([\w/*-]+\.[ch])\s", re.MULTILINE)
SKIPPED = {".git", "build"}


def all_files(root):
    """The paths of the tree, relative to it."""
    found = []
    for parent, folders, names in os.walk(root):
        folders[:] = [name for name in folders if parent != root or name not in SKIPPED]
        found += [os.path.relpath(os.path.join(parent, name), root) for name in names]
    return found


def is_there(path, files):
    """Whether the tree has what a document calls `path`."""
    places = PLACES if "/" not in path else PLACES[:3]
    return any(fnmatch.filter(files, place + path) for place in places)


def main():
    """Print what is not there; exit with 1 if anything is not."""
    root = sys.argv[1]
    files = all_files(root)
    problems = []
    count = 0
    for document in DOCUMENTS:
        full = os.path.join(root, document)
        text = sources.read(full) if os.path.exists(full) else ""
        for match in NAMED.finditer(text):
            path = match.group(1) or match.group(2)
            count += 1
            if not is_there(path, files):
                line = sources.line_of(text, match.start())
                problems.append(f"{document}:{line}: there is no {path}")
    for problem in problems:
        print(problem)
    print(f"{count} paths, {len(problems)} problems")
    # Without a single path the pattern, not the documents, would be what is wrong.
    return 1 if problems or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
