"""What the checks of this folder share: finding C sources and looking at them without a compiler.

All positions survive: what is not code becomes blanks, and line breaks stay.
"""

import os
import re

_COMMENT_OR_STRING = re.compile(
    r"""//(?:[^\n\\]|\\.)*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""", re.DOTALL
)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.)*", re.MULTILINE | re.DOTALL)


def blank(text):
    """The same text with everything but line breaks made a blank."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """Blank out comments and the insides of strings and characters; the quotes stay."""

    def replace(match):
        found = match.group()
        if found[0] in "\"'":
            return found[0] + blank(found[1:-1]) + found[-1]
        return blank(found)

    return _COMMENT_OR_STRING.sub(replace, text)


def without_directives(text):
    """Blank out preprocessor lines with their continuations. Expects text without comments."""
    return _DIRECTIVE.sub(lambda match: blank(match.group()), text)


def line_of(text, position):
    """The line number of a position, from 1."""
    return text.count("\n", 0, position) + 1


def read(path):
    """A source file as text."""
    with open(path, encoding="utf-8") as file:
        return file.read()


def c_files(root, *folders):
    """Paths below `root`, relative to it and sorted, of all C files in these folders."""
    found = []
    for folder in folders:
        for parent, _, names in os.walk(os.path.join(root, folder)):
            found += [
                os.path.relpath(os.path.join(parent, name), root)
                for name in names
                if name.endswith((".c", ".h"))
            ]
    return sorted(found)


class Statement:
    """A declaration or definition at the top level of a file.

    `start` is the position of its first character, `head` its text up to the ';' or the body, and
    `body` the positions of the braces of a function, or None.
    """

    def __init__(self, start, head, body):
        self.start = start
        self.head = head
        self.body = body

    def is_function(self):
        """Whether it declares or defines a function (a typedef does not)."""
        return self.function_name() is not None

    def function_name(self):
        """The name of the function, or None."""
        head = drop_attributes(self.head)
        if re.match(r"\s*typedef\b", head) or "=" in head:
            return None
        match = re.search(r"(\w+)\s*\(", head)
        return match.group(1) if match else None


def drop_attributes(text):
    """Remove __attribute__((...)) and FP_PRINTF(...)-like upper-case macros with their arguments."""
    while True:
        match = re.search(r"\b(?:__attribute__|_Alignas|_Static_assert|[A-Z][A-Z0-9_]+)\s*\(", text)
        if match is None:
            return text
        text = text[: match.start()] + text[_closing(text, match.end() - 1, "()") + 1 :]


def _closing(text, start, pair):
    """The position of the bracket that closes the one at `start`, or the end of the text."""
    depth = 0
    for position in range(start, len(text)):
        if text[position] == pair[0]:
            depth += 1
        elif text[position] == pair[1]:
            depth -= 1
            if depth == 0:
                return position
    return len(text) - 1


def inside(code, start):
    """What stands between the bracket at `start` and the one that closes it."""
    return code[start + 1 : _closing(code, start, "()")]


# A macro invocation that stands alone at the top level and expands to whole functions.
_TOP_LEVEL_MACRO = re.compile(r"[A-Z][A-Z0-9_]+\s*\(")


def statements(text):
    """The top-level statements of a C file."""
    code = without_directives(without_comments(text))
    position = 0
    found = []
    while True:
        while position < len(code) and (code[position].isspace() or code[position] in ";}"):
            position += 1
        if position >= len(code):
            return found
        macro = _TOP_LEVEL_MACRO.match(code, position)
        if macro is not None:
            end = _closing(code, macro.end() - 1, "()") + 1
            # Alone on its lines: what follows begins a new one, and is no prototype's rest.
            if re.match(r"[ \t]*;?[ \t]*(\n|$)", code[end:]):
                position = end
                continue
        statement, position = _one_statement(code, position)
        found.append(statement)


def _one_statement(code, start):
    """The statement at `start`, and the position behind it."""
    position = start
    while position < len(code) and code[position] not in ";{":
        position += 1
    head = code[start:position]
    if position >= len(code) or code[position] == ";":
        return Statement(start, head, None), position + 1
    end = _closing(code, position, "{}")
    statement = Statement(start, head, (position, end))
    if statement.is_function():
        return statement, end + 1
    # A type or an initialiser: it goes on to its ';'.
    while end < len(code) and code[end] != ";":
        end = _closing(code, end, "{}") + 1 if code[end] == "{" else end + 1
    statement.body = None
    return statement, end + 1
