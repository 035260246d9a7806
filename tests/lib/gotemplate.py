"""Renders a chart as Helm does: the part of Go's templates and of Sprig that charts here use.

What it does not know is an error, so that no test passes for what Helm would refuse.
"""

import hashlib
import json
import re

import yaml

TOKENS = re.compile(r"""
    (?P<space>\s+) | (?P<string>"(?:\\.|[^"\\])*") | (?P<raw>`[^`]*`) | (?P<number>-?\d+)
  | (?P<variable>\$\w*) | (?P<field>\.\w+) | (?P<dot>\.) | (?P<word>\w+)
  | (?P<mark>:=|[=|(),])""", re.X)
ACTION = re.compile(r'\{\{(- )?((?:"(?:\\.|[^"\\])*"|`[^`]*`|/\*.*?\*/|.)*?)( -)?\}\}', re.S)
BLOCKS = ("if", "with", "range", "define")


class Failed(Exception):
    """A template says that it cannot be rendered."""


def _tokens(text):
    position = 0
    while position < len(text):
        found = TOKENS.match(text, position)
        assert found, "no token at: " + text[position:]
        position = found.end()
        if found.lastgroup != "space":
            yield found.lastgroup, found[0]
        elif position < len(text):
            yield "space", " "


def _parts(text):
    """Texts and actions by turns."""
    out, position, trims = [], 0, False
    for found in ACTION.finditer(text):
        before = text[position:found.start()]
        before = before.lstrip() if trims else before
        out.append(("text", before.rstrip() if found[1] else before))
        body = found[2].strip()
        if not body.startswith("/*"):
            out.append(("action", body))
        position, trims = found.end(), bool(found[3])
    rest = text[position:]
    return out + [("text", rest.lstrip() if trims else rest)]


def _parse(parts, defined):
    """A list of nodes up to "end" or "else", and the action that ended it."""
    nodes = []
    while parts:
        kind, text = parts.pop(0)
        word, _, rest = text.partition(" ")
        if kind == "text":
            nodes.append((kind, text))
        elif word in ("end", "else"):
            return nodes, text
        elif word in BLOCKS:
            node = _block(word, rest, parts, defined)
            if word == "define":
                defined[json.loads(rest)] = node[2]
            else:
                nodes.append(node)
        else:
            nodes.append(("action", text))
    return nodes, None


def _block(word, rest, parts, defined):
    """A block up to its "end", which a chain of "else if" shares."""
    body, end = _parse(parts, defined)
    other = []
    if end.startswith("else "):
        inner, _, pipeline = end[5:].partition(" ")
        other = [_block(inner, pipeline, parts, defined)]
    elif end == "else":
        other, end = _parse(parts, defined)
        assert end == "end"
    return word, rest, body, other


def _shown(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    assert isinstance(value, (str, int)), value
    return str(value)


def _semver(constraint, version):
    wanted = tuple(map(int, re.search(r"\d+\.\d+\.\d+", constraint)[0].split(".")))
    own = tuple(map(int, version.split(".")))
    return {"<": own < wanted, ">=": own >= wanted}[re.match(r"[<>=]+", constraint)[0]]


def _merge(first, *others):
    for other in others:
        for key, value in other.items():
            if isinstance(value, dict) and isinstance(first.get(key), dict):
                _merge(first[key], value)
            else:
                first.setdefault(key, value)
    return first


def _dig(*words):
    *keys, fallback, value = words
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return fallback
        value = value[key]
    return value


def _fail(message):
    raise Failed(message)


def _dump(value):
    return yaml.safe_dump(value, default_flow_style=False, width=10 ** 6).rstrip("\n")


def _indent(count, text):
    return "\n".join(" " * count + line for line in text.split("\n"))


def _index(value, *keys):
    for key in keys:
        value = value[key]
    return value


FUNCTIONS = {
    "add": lambda a, b: a + b,
    "and": lambda *v: next((one for one in v if not one), v[-1]),
    "contains": lambda part, text: part in text,
    "default": lambda fallback, value=None: value or fallback,
    "dict": lambda *v: dict(zip(v[::2], v[1::2])),
    "dig": _dig,
    "div": lambda a, b: a // b,
    "empty": lambda value: not value,
    "eq": lambda a, *b: a in b,
    "fail": _fail,
    "fromJson": json.loads,
    "ge": lambda a, b: a >= b,
    "get": lambda value, key: value.get(key, ""),
    "hasKey": lambda value, key: key in value,
    "hasSuffix": lambda end, text: text.endswith(end),
    "indent": _indent,
    "index": _index,
    "int": int,
    "int64": int,
    "join": lambda mark, items: mark.join(items),
    "kindIs": lambda kind, value: {"string": isinstance(value, str)}[kind],
    "list": lambda *v: list(v),
    "lookup": lambda *v: {},
    "lower": lambda text: text.lower(),
    "merge": _merge,
    "mul": lambda a, b: a * b,
    "ne": lambda a, b: a != b,
    "nindent": lambda count, text: "\n" + _indent(count, text),
    "not": lambda value: not value,
    "omit": lambda value, *keys: {k: v for k, v in value.items() if k not in keys},
    "or": lambda *v: next((one for one in v if one), v[-1]),
    "printf": lambda form, *v: form % tuple(map(_shown, v)),
    "quote": lambda value: json.dumps(_shown(value), ensure_ascii=False),
    "regexFind": lambda form, text: (re.search(form, text) or [""])[0],
    "regexMatch": lambda form, text: bool(re.search(form, text)),
    "replace": lambda old, new, text: text.replace(old, new),
    "required": lambda message, value: value if value not in (None, "") else _fail(message),
    "semverCompare": _semver,
    "set": lambda value, key, one: {**value, **(value.update({key: one}) or {})},
    "sha256sum": lambda text: hashlib.sha256(text.encode()).hexdigest(),
    "sortAlpha": sorted,
    "splitList": lambda mark, text: text.split(mark),
    "squote": lambda value: "'%s'" % _shown(value),
    "sub": lambda a, b: a - b,
    "ternary": lambda yes, no, value: yes if value else no,
    "toJson": lambda value: json.dumps(value, separators=(",", ":")),
    "toString": _shown,
    "toYaml": _dump,
    "trimPrefix": lambda start, text: text.removeprefix(start),
    "trimSuffix": lambda end, text: text.removesuffix(end),
    "trunc": lambda count, text: text[:count],
    "upper": lambda text: text.upper(),
}


class Chart:
    """A chart in a directory, rendered for a release that is installed anew."""

    def __init__(self, directory, name, namespace):
        about = yaml.safe_load((directory / "Chart.yaml").read_text())
        self.root = {
            "Values": yaml.safe_load((directory / "values.yaml").read_text()),
            "Chart": {"Name": about["name"], "Version": about["version"],
                      "AppVersion": about["appVersion"]},
            "Release": {"Name": name, "Namespace": namespace, "Service": "Helm",
                        "IsUpgrade": False}}
        self.defined, self.bodies = {}, {}
        for path in sorted((directory / "templates").iterdir()):
            nodes, end = _parse(_parts(path.read_text()), self.defined)
            assert end is None, path
            self.bodies[path.name] = nodes

    def render(self):
        """The documents, by the name of the template."""
        texts = {name: self._nodes(nodes, self.root, _Scope(None, self.root))
                 for name, nodes in self.bodies.items() if name.endswith(".yaml")}
        return {name: yaml.safe_load(text) for name, text in texts.items() if text.strip()}

    def notes(self):
        return self._nodes(self.bodies["NOTES.txt"], self.root, _Scope(None, self.root))

    def _nodes(self, nodes, dot, variables):
        return "".join(self._node(node, dot, variables) for node in nodes)

    def _node(self, node, dot, variables):
        kind, text = node[:2]
        if kind == "text":
            return text
        if kind == "action":
            return _shown(self._action(text, dot, variables))
        # What is declared inside of a block ends with it; what is assigned stays.
        scope = _Scope(variables)
        if kind == "range":
            names, _, pipeline = text.rpartition(":=")
            value = self._action(pipeline.strip(), dot, scope)
            items = sorted(value.items()) if isinstance(value, dict) else enumerate(value or [])
            return "".join(self._round(names, pair, node[2], dot, scope) for pair in items)
        value = self._action(text, dot, scope, is_value=True)
        if not value:
            return self._nodes(node[3], dot, scope)
        return self._nodes(node[2], value if kind == "with" else dot, scope)

    def _round(self, names, pair, body, dot, variables):
        scope = _Scope(variables)
        words = [name.strip() for name in names.split(",") if name.strip()]
        for word, value in zip(words, pair if len(words) == 2 else pair[1:]):
            scope.declare(word, value)
        return self._nodes(body, pair[1], scope)

    def _action(self, text, dot, variables, is_value=False):
        tokens = list(_tokens(text))
        marks = [token for token in tokens if token[0] != "space"][:2]
        if len(marks) == 2 and marks[0][0] == "variable" and marks[1][1] in (":=", "="):
            while tokens.pop(0)[1] != marks[1][1]:
                pass
            value = self._pipeline(tokens, dot, variables)
            if marks[1][1] == "=":
                variables.assign(marks[0][1], value)
            else:
                variables.declare(marks[0][1], value)
            return value if is_value else None
        value = self._pipeline(tokens, dot, variables)
        assert not tokens, tokens
        return value

    def _pipeline(self, tokens, dot, variables):
        value, is_first = None, True
        while True:
            words = []
            while tokens and tokens[0][1] not in ("|", ")"):
                if tokens[0][0] == "space":
                    tokens.pop(0)
                else:
                    words.append(self._operand(tokens, dot, variables))
            value = self._call(words, [] if is_first else [value])
            is_first = False
            if not tokens or tokens[0][1] == ")":
                return value
            tokens.pop(0)

    def _call(self, words, more):
        (kind, first), *rest = words
        if kind == "function":
            arguments = [FUNCTIONS[value]() if what == "function" else value
                         for what, value in rest] + more
            if first == "include":
                name, dot = arguments
                return self._nodes(self.defined[name], dot, _Scope(None, dot))
            return FUNCTIONS[first](*arguments)
        assert not rest and not more, words
        return first

    def _operand(self, tokens, dot, variables):
        kind, text = tokens.pop(0)
        if kind == "word":
            return {"true": ("value", True), "false": ("value", False)}.get(
                text, ("function", text))
        if text == "(":
            value = self._pipeline(tokens, dot, variables)
            assert tokens.pop(0)[1] == ")"
        elif kind == "field":
            value = self._field(dot, text)
        elif kind == "variable":
            value = variables[text]
        else:
            value = {"string": json.loads, "raw": lambda one: one[1:-1], "number": int,
                     "dot": lambda _: dot}[kind](text)
        while tokens and tokens[0][0] == "field":
            value = self._field(value, tokens.pop(0)[1])
        return "value", value

    @staticmethod
    def _field(value, name):
        return None if value is None else value.get(name[1:])


class _Scope:
    """Variables of a block, and those around it; "$" is what a template was called with."""

    def __init__(self, outer, dot=None):
        self.outer, self.own = outer, {} if outer else {"$": dot}

    def __getitem__(self, name):
        return self.own[name] if name in self.own or not self.outer else self.outer[name]

    def declare(self, name, value):
        self.own[name] = value

    def assign(self, name, value):
        if name in self.own:
            self.own[name] = value
        else:
            self.outer.assign(name, value)
