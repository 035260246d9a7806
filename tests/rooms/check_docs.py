#!/usr/bin/env python3
"""Every function in include/flinkpack has a doc comment directly before it: check_docs.py ROOT."""

import os
import re
import sys

import sources

DOC_BEFORE = re.compile(r"/\*\*(?!<)((?:(?!\*/).)*)\*/[ \t]*\n?[ \t]*\Z", re.DOTALL)


def is_documented(text, start):
    """Whether a doc comment, other than the one about the file, ends directly before `start`."""
    match = DOC_BEFORE.search(text[:start])
    return match is not None and "@file" not in match.group(1)


def check_file(path, text):
    """The functions of a header, and what is wrong."""
    functions = [found for found in sources.statements(text) if found.is_function()]
    problems = [
        f"{path}:{sources.line_of(text, found.start)}: {found.function_name()}() "
        "has no doc comment directly before it"
        for found in functions
        if not is_documented(text, found.start)
    ]
    return len(functions), problems


def main():
    """Print what lacks a comment; exit with 1 if anything does."""
    root = sys.argv[1]
    total = 0
    problems = []
    for path in sources.c_files(root, os.path.join("include", "flinkpack")):
        count, found = check_file(path, sources.read(os.path.join(root, path)))
        total += count
        problems += found
    for problem in problems:
        print(problem)
    print(f"{total} functions, {len(problems)} problems")
    # Without a single function the parser, not the headers, would be what is wrong.
    return 1 if problems or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
