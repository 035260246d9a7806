#!/usr/bin/env python3
"""Holds C files to 600 lines and functions to 60: usage check_sizes.py ROOT."""

import os
import sys

import sources

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 60


def check_file(path, text):
    """What is too long in one file."""
    problems = []
    lines = text.count("\n")
    if lines > MAX_FILE_LINES:
        problems.append(f"{path}:1: {lines} lines; at most {MAX_FILE_LINES} are wanted")
    for statement in sources.statements(text):
        if statement.body is None:
            continue
        first, last = (sources.line_of(text, position) for position in statement.body)
        if last - first > MAX_FUNCTION_LINES:
            name = statement.function_name()
            problems.append(
                f"{path}:{first}: {name}() has {last - first} lines; "
                f"at most {MAX_FUNCTION_LINES} are wanted"
            )
    return problems


def main():
    """Print what is too long; exit with 1 if anything is."""
    root = sys.argv[1]
    paths = sources.c_files(root, "builder", "include", "tests")
    problems = []
    functions = 0
    for path in paths:
        text = sources.read(os.path.join(root, path))
        functions += sum(1 for statement in sources.statements(text) if statement.body)
        problems += check_file(path, text)
    for problem in problems:
        print(problem)
    print(f"{len(paths)} files, {functions} functions, {len(problems)} problems")
    # Without a single function the parser, not the code, would be what is wrong.
    return 1 if problems or functions == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
