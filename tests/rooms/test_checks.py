#!/usr/bin/env python3
"""The checks of this folder find what they are for: each gets a tree with one thing wrong in it."""

import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))

README = "# Rooms\n\n```rooms\ncli      top\nlayer    middle\nsupport  bottom\n```\n"

HEADER = """/**
 * @file
 * Text.
 */
#ifndef X_H
#define X_H
#include <stdio.h>
/** A type; printf() in a comment is fine. */
struct fp_thing {
    int (*read)(int x); /**< reads */
};
/** What it does. */
typedef int (*fp_task)(void *context);
/** Does it. */
__attribute__((malloc)) void *fp_thing_new(const char *text) FP_PRINTF(1, 2);
FP_DEFINE_CLEANUP(fp_thing_freep, struct fp_thing,
                  fp_thing_free)
/**
 * Inline.
 */
static inline int fp_twice(int x)
{
    return 2 * x;
}
#endif
"""

SOURCE = """#include "flinkpack/layer.h"

#include <stdio.h>

#include "flinkpack/support.h"
#include "internal.h"

static const char text[] = "printf(";
static const struct fp_thing things[] = {{.read = fp_read}, {0}};

/* exit(1) */
int fp_layer(struct fp_thing *thing)
{
    return thing->exit(3) + thing.puts('"') + fp_printf("{");
}
"""

GOOD = {
    "builder/README.md": README,
    "builder/layer/CMakeLists.txt": "fp_add_room(layer SOURCES a.c BELOW support LIBRARIES x)\n",
    "builder/layer/internal.h": "int x;\n",
    "builder/layer/layer.c": SOURCE,
    "builder/support/internal.h": "int y;\n",
    "builder/cli/main.c": '#include "flinkpack/layer.h"\nint main(void)\n{\n    printf("");\n}\n',
    "include/flinkpack/layer.h": HEADER,
    "include/flinkpack/support/mem.h": HEADER,
}


def function_of(lines):
    """A function whose body spans this many lines."""
    return "int fp_long(void)\n{\n" + "    x();\n" * (lines - 1) + "}\n"


def run(check, changes):
    """The exit status and output of a check on the good tree with these files changed."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**GOOD, **changes}.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run(
            [sys.executable, os.path.join(HERE, check), root],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout


class ChecksTest(unittest.TestCase):
    """One planted violation each."""

    def assert_finds(self, check, changes, expected):
        """The check fails and says `expected`."""
        status, output = run(check, changes)
        self.assertEqual(status, 1, output)
        self.assertIn(expected, output)
        self.assertIn(" 1 problems", output)

    def assert_passes(self, check, changes):
        """The check has nothing to say."""
        status, output = run(check, changes)
        self.assertEqual(status, 0, output)
        self.assertIn(" 0 problems", output)

    def test_good_tree(self):
        """Nothing is wrong, so nothing is found."""
        for check in ("check_rooms.py", "check_sizes.py", "check_docs.py"):
            self.assert_passes(check, {})

    def test_upward_include(self):
        """A source that includes a room above it."""
        self.assert_finds(
            "check_rooms.py",
            {"builder/support/a.c": 'int x;\n#include "flinkpack/layer.h"\n'},
            "builder/support/a.c:2: support may not include flinkpack/layer.h: layer is above it",
        )

    def test_upward_include_in_header(self):
        """A public header that includes a room above it, by a subfolder and in angle brackets."""
        self.assert_finds(
            "check_rooms.py",
            {"include/flinkpack/support/b.h": "#include <flinkpack/layer/tree.h>\n"},
            "include/flinkpack/support/b.h:1: support may not include flinkpack/layer/tree.h",
        )

    def test_foreign_internal_header(self):
        """Another room's internal.h, even of a room below."""
        self.assert_finds(
            "check_rooms.py",
            {"builder/layer/b.c": '#include "../support/internal.h"\n'},
            "layer may not include another room's ../support/internal.h",
        )

    def test_foreign_source(self):
        """A private file of another room by a path."""
        self.assert_finds(
            "check_rooms.py",
            {"builder/layer/b.c": '#include "../support/table.h"\n'},
            "../support/table.h is not in this room",
        )

    def test_unknown_rooms(self):
        """A folder, and an include, that the list does not have."""
        self.assert_finds(
            "check_rooms.py",
            {"builder/attic/a.c": "int x;\n"},
            "builder/attic/a.c:1: the room attic is not in builder/README.md",
        )
        self.assert_finds(
            "check_rooms.py",
            {"builder/cli/b.c": '#include "flinkpack/attic.h"\n'},
            "flinkpack/attic.h belongs to no room",
        )

    def test_upward_library(self):
        """A room that is linked to one above it."""
        self.assert_finds(
            "check_rooms.py",
            {"builder/support/CMakeLists.txt": "fp_add_room(support SOURCES a.c\n BELOW layer)\n"},
            "support may not stand on layer",
        )

    def test_printing(self):
        """Each function that prints or exits, outside the topmost room."""
        for name in ("printf", "fprintf", "puts", "fputs", "perror", "exit", "_exit", "dprintf"):
            self.assert_finds(
                "check_rooms.py",
                {"builder/layer/b.c": f'void f(void)\n{{\n    (void) {name} ("x");\n}}\n'},
                f"builder/layer/b.c:3: {name}() is for cli only",
            )

    def test_missing_list(self):
        """A README without the list."""
        self.assert_finds(
            "check_rooms.py", {"builder/README.md": "# Rooms\n"}, "there is no block ```rooms"
        )

    def test_long_file(self):
        """600 lines pass, 601 do not."""
        self.assert_passes("check_sizes.py", {"tests/unit/a.c": "int x;\n" * 600})
        self.assert_finds(
            "check_sizes.py", {"tests/unit/a.c": "int x;\n" * 601}, "tests/unit/a.c:1: 601 lines"
        )

    def test_long_function(self):
        """60 lines pass, 61 do not; braces in strings and comments do not matter."""
        self.assert_passes("check_sizes.py", {"builder/layer/b.c": function_of(60)})
        self.assert_finds(
            "check_sizes.py",
            {"builder/layer/b.c": 'char x = \'}\'; // }\n' + function_of(61)},
            "builder/layer/b.c:3: fp_long() has 61 lines",
        )
        self.assert_finds(
            "check_sizes.py",
            {"include/flinkpack/layer.h": HEADER.replace("    return", "\n" * 60 + "    return")},
            "fp_twice() has 62 lines",
        )

    def test_undocumented_functions(self):
        """No comment, a plain one, one that is too far away, one that is about the file."""
        bad = ["", "/* Plain. */\n", "/** Far. */\n\n", "/** Of another. */\nint x;\n"]
        for before in bad:
            self.assert_finds(
                "check_docs.py",
                {"include/flinkpack/layer.h": HEADER.replace("#endif", before + "int f(int);\n#endif")},
                "f() has no doc comment directly before it",
            )
        self.assert_finds(
            "check_docs.py",
            {"include/flinkpack/layer.h": "/**\n * @file\n */\nint f(int);\n"},
            "include/flinkpack/layer.h:4: f() has no doc comment",
        )
        self.assert_finds(
            "check_docs.py",
            {"include/flinkpack/layer.h": HEADER.replace("/** Does it. */\n", "")},
            "fp_thing_new() has no doc comment",
        )
        self.assert_finds(
            "check_docs.py",
            {"include/flinkpack/layer.h": HEADER.replace("/**\n * Inline.\n */\n", "")},
            "fp_twice() has no doc comment",
        )


if __name__ == "__main__":
    unittest.main()
