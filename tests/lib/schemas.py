"""Documents against the schemas of Kubernetes and of Flink's operator. A field that a schema does
not have is an error, as for `kubectl apply --validate=strict`, and so is a null."""

import functools
import json
import zipfile

import downloads
import yaml

KUBERNETES = "kubernetes_validate-1.37.0-py3-none-any.whl"
OPERATOR = "flink-kubernetes-operator-api-1.10.0.jar"
FOLDER = "kubernetes_validate/kubernetes-json-schema/v%s.0-local-strict/%s.json"

TYPES = {"string": str, "boolean": bool, "integer": int, "number": (int, float), "object": dict,
         "array": list}


class Wrong(Exception):
    """What does not fit, with its path."""


def is_a(value, name):
    return isinstance(value, TYPES[name]) and not (
        isinstance(value, bool) and name in ("integer", "number"))


def types_of(schema):
    """The names of types that a value may have; empty: any."""
    if schema.get("x-kubernetes-int-or-string"):
        return ["integer", "string"]
    if "oneOf" in schema:
        return [name for one in schema["oneOf"] for name in types_of(one)]
    names = schema.get("type", [])
    return [name for name in ([names] if isinstance(names, str) else names) if name != "null"]


def check_object(value, schema, path, definitions):
    properties, more = schema.get("properties", {}), schema.get("additionalProperties")
    is_open = schema.get("x-kubernetes-preserve-unknown-fields") or not types_of(schema)
    for name in schema.get("required", []):
        if name not in value:
            raise Wrong("%s: %s is missing" % (path, name))
    for name, member in value.items():
        if name in properties:
            check(member, properties[name], "%s.%s" % (path, name), definitions)
        elif isinstance(more, dict):
            check(member, more, "%s.%s" % (path, name), definitions)
        elif not is_open:
            raise Wrong("%s: there is no field %s" % (path, name))


def check(value, schema, path, definitions=None):
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    names = types_of(schema)
    if value is None or names and not any(is_a(value, name) for name in names):
        raise Wrong("%s: %r is not of type %s" % (path, value, names))
    if "enum" in schema and value not in schema["enum"]:
        raise Wrong("%s: %r is none of %s" % (path, value, schema["enum"]))
    if isinstance(value, dict):
        check_object(value, schema, path, definitions)
    for number, item in enumerate(value if isinstance(value, list) else []):
        check(item, schema["items"], "%s[%d]" % (path, number), definitions)


@functools.lru_cache(None)
def member(archive, name):
    with zipfile.ZipFile(downloads.need(archive)) as opened:
        return opened.read(name).decode()


@functools.lru_cache(None)
def parsed(release, name):
    return json.loads(member(KUBERNETES, FOLDER % (release, name)))


def kubernetes(document, release):
    """The schema of a document, and what it refers to; `release` is as 1.36."""
    group, _, version = document["apiVersion"].rpartition("/")
    words = [document["kind"].lower(), group.partition(".")[0], version]
    schema = parsed(release, "-".join(word for word in words if word))
    return schema, parsed(release, "_definitions")["$defs"]


def check_kubernetes(document, release):
    schema, definitions = kubernetes(document, release)
    check(document, schema, document["kind"], definitions)


def merge_key(document, path, release):
    """By which key a strategic merge patch merges the list at `path`; None: it replaces it."""
    schema, definitions = kubernetes(document, release)
    for step in path:
        schema = schema["items"] if isinstance(step, int) else schema["properties"][step]
        found = schema
        if "$ref" in schema:
            schema = definitions[schema["$ref"].rpartition("/")[2]]
    return found.get("x-kubernetes-patch-merge-key")


@functools.lru_cache(None)
def operator_spec(kind):
    name = "META-INF/fabric8/%ss.flink.apache.org-v1.yml" % kind.lower()
    [version] = yaml.load(member(OPERATOR, name), yaml.CSafeLoader)["spec"]["versions"]
    assert version["name"] == "v1beta1"
    return version["schema"]["openAPIV3Schema"]["properties"]["spec"]


def check_operator(document):
    """A custom resource of Flink's operator 1.10, which knows Flink 1.13 to 1.20: the name of a
    later version is not looked at, and newer operators take all that this one takes."""
    assert set(document) == {"apiVersion", "kind", "metadata", "spec"}
    assert document["apiVersion"] == "flink.apache.org/v1beta1"
    spec = dict(document["spec"])
    if spec.get("flinkVersion", "").startswith("v2_"):
        del spec["flinkVersion"]
    check(spec, operator_spec(document["kind"]), document["kind"])
