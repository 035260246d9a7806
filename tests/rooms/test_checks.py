#!/usr/bin/env python3
"""The checks of this folder find what they are for: each gets a tree with one thing wrong in it."""

import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))

README = "# Rooms\n\n```rooms\ncli      top\nlayer    middle\nsupport  bottom\n```\n`layer.c`\n"

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

SOURCE = """/* What it is. */
#include "flinkpack/layer.h"

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
    "builder/layer/internal.h": "extern int fp_x;\n",
    "builder/layer/layer.c": SOURCE,
    "builder/support/internal.h": "extern int fp_y;\n",
    "builder/cli/main.c": '/* The entry point. */\n#include "flinkpack/layer.h"\nint main(void)\n{\n    printf("");\n}\n',
    "include/flinkpack/layer.h": HEADER,
    "include/flinkpack/support/mem.h": HEADER.replace("thing", "mem"),
}

# A table of functions in one file, which the functions of the other look things up in.
TABLE = """/* The table. */
extern const struct fp_verb fp_verbs[];
const struct fp_verb fp_verbs[] = {{"help", fp_help}, {"man", fp_man}};
"""
VERBS = """/* The verbs. */
int fp_help(void)
{
    return fp_verbs[0].name != NULL;
}
__attribute__((cold)) static int lines(void);
static const int numbers[2] = {1, 2};
int fp_man(void)
{
    return fp_help() + numbers[0];
}
"""


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
        for check in ("rooms", "sizes", "docs", "shape", "paths"):
            self.assert_passes(f"check_{check}.py", {})

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

    def test_circles(self):
        """Two sources that call each other, three by data; a table with its functions passes."""
        self.assert_passes(
            "check_shape.py", {"builder/cli/table.c": TABLE, "builder/cli/verbs.c": VERBS}
        )
        begin = "/* One. */\nint fp_%s(void)\n{\n    return %s;\n}\n"
        self.assert_finds(
            "check_shape.py",
            {
                "builder/layer/b.c": begin % ("b", "fp_c()"),
                "builder/layer/c.c": begin % ("c", "fp_b() + fp_layer(NULL)"),
            },
            "builder/layer/b.c:1: uses c.c, and these use it in turn",
        )
        self.assert_finds(
            "check_shape.py",
            {
                "builder/layer/b.c": begin % ("f", "fp_c()") + "const int fp_b[2] = {1};\n",
                "builder/layer/c.c": begin % ("c", "fp_d()"),
                "builder/layer/d.c": begin % ("d", "fp_b[1]"),
            },
            "builder/layer/b.c:1: uses c.c, d.c, and these use it in turn",
        )

    def test_linker_names(self):
        """Functions and variables without the prefix; what is static or only declared is none."""
        for bad, name in (
            ("int layer(void)\n{\n}", "layer"),
            ("FP_CHECKED enum fp_code read(int x)\n{\n}", "read"),
            ("const char *const words[] = {0};", "words"),
            ("struct fp_thing thing;", "thing"),
            ("__attribute__((cold)) int cold(void)\n{\n}", "cold"),
        ):
            self.assert_finds(
                "check_shape.py",
                {"builder/layer/b.c": f"/* B. */\n{bad}\n"},
                f"builder/layer/b.c:2: {name} does not begin with fp_",
            )
        good = "static int a;\nextern int b;\ntypedef int c;\nstruct d;\nint e(int x);\n"
        self.assert_passes("check_shape.py", {"builder/layer/b.c": "/* B. */\n" + good})

    def test_tags(self):
        """A tag of another room, and of another kind."""
        for kind in ("struct", "static const struct", "enum", "union"):
            self.assert_finds(
                "check_shape.py",
                {"builder/support/b.c": f"/* B. */\n{kind} fp_thing {{\n    X\n}};\n"},
                "fp_thing is another type in builder/support/b.c",
            )

    def test_openings(self):
        """No comment, one that comes too late, and one that is no sentence."""
        for begin in ("", '#include "x.h"\n/* Late. */\n', "/* words */\n"):
            self.assert_finds(
                "check_shape.py",
                {"builder/layer/b.c": begin + "static int x;\n"},
                "builder/layer/b.c:1: does not open with a comment",
            )

    def test_headers_of_rooms(self):
        """150 lines pass, 151 do not; a public header may be longer."""
        for lines, assertion in ((150, self.assert_passes), (151, self.assert_finds)):
            expected = ["builder/layer/b.h:1: 151 lines"] if lines > 150 else []
            assertion("check_shape.py", {"builder/layer/b.h": "\n" * lines}, *expected)
        self.assert_passes("check_shape.py", {"include/flinkpack/b.h": "\n" * 200})

    def test_outlines(self):
        """A check that looks into a tree; another file may."""
        look = "/* L. */\nint fp_b(void)\n{\n    return fp_tree_resolve(base, path) != NULL;\n}\n"
        self.assert_passes("check_shape.py", {"builder/recipe/b.c": look})
        self.assert_finds(
            "check_shape.py",
            {"builder/recipe/checks_b.c": look},
            "builder/recipe/checks_b.c:4: fp_tree_resolve() is not answered by the outline",
        )

    def test_ladders(self):
        """Two tests of a code in a hundred lines of a room pass, three do not, nor two in a hundred
        of the whole tree; other codes do not count."""
        ladder = "/* L. */\nstatic void f(void)\n{\n%s}\n" + "\n" * 90
        test = "    if (code == FP_OK &&\n        x)\n        y();\n"
        other = "    if (err->code == FP_OK || is_code(x))\n        y();\n"
        roomy = {"builder/layer/c.c": "/* C. */\n" + "\n" * 300}
        two = ladder % (2 * test + 2 * other)
        self.assert_passes("check_shape.py", {**roomy, "builder/image/b.c": two})
        self.assert_finds(
            "check_shape.py",
            {**roomy, "builder/image/b.c": ladder % (3 * test)},
            "builder/image:1: 3 tests of a code in 103 lines; at most 2 are wanted",
        )
        self.assert_finds(
            "check_shape.py", {"builder/image/b.c": two}, "builder:1: 2 tests of a code in 1"
        )

    def test_paths(self):
        """A file that is gone, by its name, its path, and at the beginning of a line of code."""
        good = README + "`layer/*.c`, `support/mem.h`, `builder/cli/main.c`, `a.json`\n"
        self.assert_passes("check_paths.py", {"builder/README.md": good})
        for text, path in (
            ("`gone.c`", "gone.c"),
            ("of `support/layer.c` it", "support/layer.c"),
            ("`layer/b*.c`", "layer/b*.c"),
            ("```\ngone.c   is gone\n```", "gone.c"),
        ):
            self.assert_finds("check_paths.py", {"CONTRIBUTING.md": text}, f": there is no {path}")


if __name__ == "__main__":
    unittest.main()
