"""As much of a Kubernetes API server as helm and kubectl need: discovery, objects in memory, and of
the rules those that matter when manifests change over time (what of an object is immutable).

An object is applied as a whole, as if nobody but helm had a say in it. Nothing runs.
"""

import base64
import http.server
import json
import re
import threading
import urllib.parse

import yaml

# Group and version -> resource -> kind.
RESOURCES = {
    "v1": {"configmaps": "ConfigMap", "secrets": "Secret", "services": "Service", "pods": "Pod",
           "persistentvolumeclaims": "PersistentVolumeClaim", "serviceaccounts": "ServiceAccount"},
    "apps/v1": {"deployments": "Deployment"},
    "batch/v1": {"jobs": "Job"},
    "autoscaling/v2": {"horizontalpodautoscalers": "HorizontalPodAutoscaler"},
    "policy/v1": {"poddisruptionbudgets": "PodDisruptionBudget"},
    "networking.k8s.io/v1": {"networkpolicies": "NetworkPolicy", "ingresses": "Ingress"},
    "rbac.authorization.k8s.io/v1": {"roles": "Role", "rolebindings": "RoleBinding"},
}
# Kind -> what of its spec cannot be changed.
IMMUTABLE = {"Job": ["template", "selector", "completions"], "Deployment": ["selector"],
             "PersistentVolumeClaim": ["accessModes", "storageClassName"]}
PATH = re.compile(r"/(?:api/(v1)|apis/([^/]+/[^/]+))(?:/namespaces/([^/]+))?/([a-z]+)(?:/([^/]+))?$")


# That the server checks the fields of Jobs, so that helm does not: hooks are checked even where a
# release is deleted.
FIELD_VALIDATION = {"openapi": "3.0.0", "info": {"title": "", "version": ""}, "paths": {
    "/apis/batch/v1/namespaces/{namespace}/jobs/{name}": {"patch": {
        "x-kubernetes-group-version-kind": {"group": "batch", "version": "v1", "kind": "Job"},
        "parameters": [{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}],
        "responses": {}}}}}


class Refused(Exception):
    """status, reason, message"""


def status(code, reason="", message=""):
    return {"kind": "Status", "apiVersion": "v1", "code": code, "reason": reason,
            "message": message, "status": "Success" if code < 400 else "Failure"}


def selects(selector, labels):
    for term in filter(None, selector.split(",")):
        found = re.fullmatch(r"([^!=]+)(!=|==?)(.*)", term)
        key, operator, value = found.groups() if found else (term, "", "")
        fine = key in labels if not operator else (labels.get(key) == value) != (operator == "!=")
        if not fine:
            return False
    return True


class Server(http.server.ThreadingHTTPServer):
    """Use as a context manager; `kubeconfig(path)` writes what helm and kubectl want."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects, self.count, self.lock = {}, 0, threading.Lock()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def kubeconfig(self, path):
        path.write_text(yaml.safe_dump({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test",
                          "cluster": {"server": "http://127.0.0.1:%d" % self.server_port}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
            "users": [{"name": "test", "user": {}}]}))
        return path

    def all(self):
        """What is there, but for helm's own records."""
        return [one for one in self.objects.values() if one["kind"] != "Secret"]

    def names(self, kind):
        return sorted(one["metadata"]["name"] for one in self.all() if one["kind"] == kind)

    def put(self, key, fresh):
        before = self.objects.get(key)
        for field in IMMUTABLE.get(fresh["kind"], []) if before else []:
            if before["spec"].get(field) != fresh["spec"].get(field):
                raise Refused(422, "Invalid", "%s %s is invalid: spec.%s: field is immutable" % (
                    fresh["kind"], key[-1], field))
        self.count += 1
        if fresh["kind"] == "Job" and fresh["spec"].get("completions") == 0:
            fresh["status"] = {"conditions": [{"type": "Complete", "status": "True"}]}
        fresh["metadata"].setdefault("namespace", key[1])
        fresh["metadata"]["resourceVersion"] = str(self.count)
        fresh["metadata"]["uid"] = before["metadata"]["uid"] if before else str(self.count)
        self.objects[key] = fresh
        return fresh


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one packet, which nobody waits to acknowledge
    server: Server

    def log_message(self, *_):
        pass

    def answer(self, code, body):
        text = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        try:
            with self.server.lock:
                code, answer = self.act(url.path, query, body)
        except Refused as refused:
            code, answer = refused.args[0], status(*refused.args)
        self.answer(code, answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def act(self, path, query, body):
        if self.command == "GET" and (found := discover(path)):
            return 200, found
        match = PATH.match(path)
        if not match or match[4] not in RESOURCES.get(match[1] or match[2], {}):
            raise Refused(404, "NotFound", path + " is not here")
        version, namespace, resource, name = match[1] or match[2], match[3], match[4], match[5]
        if name is None and self.command == "GET":
            return 200, self.list(version, namespace, resource, query.get("labelSelector", ""))
        document = {}
        if self.command != "DELETE" and body.startswith(b"k8s\0"):
            document = secret_of(body[4:])
        elif self.command != "DELETE" and body:
            document = yaml.safe_load(body)
        name = name or document.get("metadata", {}).get("name")
        return self.act_on((version, namespace, resource, name), document, "dryRun" in query)

    def list(self, version, namespace, resource, selector):
        items = [one for key, one in self.server.objects.items()
                 if (key[0], key[2]) == (version, resource) and namespace in (None, key[1]) and
                 selects(selector, one["metadata"].get("labels", {}))]
        return {"kind": RESOURCES[version][resource] + "List", "apiVersion": version,
                "metadata": {}, "items": items}

    def act_on(self, key, document, is_trial):
        objects = self.server.objects
        if self.command in ("GET", "DELETE", "PUT") and key not in objects:
            raise Refused(404, "NotFound", '%s "%s" not found' % (key[2], key[3]))
        if self.command == "POST" and key in objects:
            raise Refused(409, "AlreadyExists", '%s "%s" already exists' % (key[2], key[3]))
        if self.command == "GET":
            return 200, objects[key]
        if self.command == "DELETE":
            if not is_trial:
                del objects[key]
            return 200, status(200)
        if is_trial:
            return 200, document
        if self.command == "PATCH" and "apply" not in self.headers["Content-Type"]:
            document = merged(objects[key], document)
        return 201 if self.command == "POST" else 200, self.server.put(key, document)


def fields(message):
    """Of a message of protocol buffers: number -> values."""
    found, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
            if byte < 128:
                return value

    while at < len(message):
        key = number()
        value = number()
        if key & 7 == 2:
            value, at = message[at:at + value], at + value
        found.setdefault(key >> 3, []).append(value)
    return found


def secret_of(envelope):
    """helm writes its records so (runtime.Unknown, core/v1 Secret and ObjectMeta)."""
    secret = fields(fields(envelope)[2][0])
    meta = fields(secret[1][0])
    pairs = [fields(one) for one in meta.get(11, [])]
    data = [fields(one) for one in secret.get(2, [])]
    return {"apiVersion": "v1", "kind": "Secret", "type": secret[3][0].decode(),
            "metadata": {"name": meta[1][0].decode(),
                         "labels": {one[1][0].decode(): one[2][0].decode() for one in pairs}},
            "data": {one[1][0].decode(): base64.b64encode(one[2][0]).decode() for one in data}}


def merged(before, patch):
    """A JSON merge patch."""
    if not isinstance(patch, dict):
        return patch
    result = dict(before) if isinstance(before, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def discover(path):
    if path == "/version":
        return {"major": "1", "minor": "35", "gitVersion": "v1.35.2", "platform": "linux/amd64"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        versions = [{"groupVersion": one, "version": one.split("/")[1]}
                    for one in RESOURCES if "/" in one]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [
            {"name": one["groupVersion"].split("/")[0], "versions": [one],
             "preferredVersion": one} for one in versions]}
    if path == "/openapi/v3":
        return {"paths": {"apis/batch/v1": {"serverRelativeURL": "/openapi/v3/apis/batch/v1"}}}
    if path == "/openapi/v3/apis/batch/v1":
        return FIELD_VALIDATION
    version = path.removeprefix("/api/").removeprefix("/apis/")
    if version in RESOURCES:
        return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version,
                "resources": [{"name": name, "singularName": kind.lower(), "namespaced": True,
                               "shortNames": ["svc"] if kind == "Service" else [],
                               "kind": kind, "verbs": ["create", "delete", "get", "list", "patch",
                                                       "update", "watch"]}
                              for name, kind in RESOURCES[version].items()]}
    return None
