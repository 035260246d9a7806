"""Registries as they are run by vendors: a model that keeps to the specification, and for each vendor
where it is known to differ. For internet.Internet."""

import base64
import hashlib
import json
import re

from internet import Answer

ERROR = "application/json"
INDEX = "application/vnd.oci.image.index.v1+json"


def error(status, code, message="", headers=()):
    body = json.dumps({"errors": [{"code": code, "message": message}]})
    return Answer(status, body, {"Content-Type": ERROR, **dict(headers)})


class Model:
    """A registry in memory.

    users={"me": "secret"}    who may log in; None: nobody has to
    tokens="auth.example"     the host of its token server; None: passwords go to the registry
    """

    service = "registry"
    realm = None

    def __init__(self, host, users=None, tokens=None):
        self.host, self.users, self.token_host = host, users, tokens
        self.blobs, self.manifests, self.sessions = {}, {}, {}
        self.opened = 0  # sessions
        self.requests = []
        self.token_requests = []
        self.tokens = {}
        self.holds_tags = False  # those that there are stay where they are, even by the same image

    def hosts(self):
        found = {self.host: self.handle}
        if self.token_host:
            found[self.token_host] = self.handle_token if self.token_host != self.host \
                else self.handle
        return found

    # Who may.

    def handle_token(self, request):
        self.token_requests.append(request)
        user = None
        if "authorization" in request.headers:
            user = self.basic(request)
            if user is None:
                return error(401, "UNAUTHORIZED", "incorrect username or password")
        return self.grant(request.query.get("scope", []), user)

    def grant(self, scopes, user, **more):
        token = "token-%d-of-%s" % (len(self.tokens), self.host)
        self.tokens[token] = self.rights(scopes, user)
        return Answer(200, json.dumps({"token": token, "expires_in": 300, **more}),
                      {"Content-Type": ERROR})

    def rights(self, scopes, user):
        """Pairs of repository and action."""
        found = set()
        for scope in scopes:
            _, name, actions = scope.split(":")
            found |= {(name, each) for each in actions.split(",") if user or each == "pull"}
        return found

    def basic(self, request):
        scheme, _, value = request.headers["authorization"].partition(" ")
        if scheme != "Basic":
            return None
        user, _, password = base64.b64decode(value).decode().partition(":")
        return user if self.users.get(user) == password else None

    def may(self, request, repository, action):
        if self.users is None:
            return True
        given = request.headers.get("authorization", "")
        if self.token_host is None:
            return bool(given) and self.basic(request) is not None
        rights = self.tokens.get(given.partition(" ")[2])
        return rights is not None and (repository is None or (repository, action) in rights)

    def challenge(self, repository, action):
        if self.token_host is None:
            value = 'Basic realm="%s"' % self.host
        else:
            realm = self.realm or "https://%s/token" % self.token_host
            value = 'Bearer realm="%s",service="%s"' % (realm, self.service)
            if repository:
                value += ',scope="repository:%s:%s"' % (repository, action)
        return error(401, "UNAUTHORIZED", "authentication required",
                     {"WWW-Authenticate": value})

    # What there is.

    def handle(self, request):
        if self.token_host == self.host and request.path == "/token":
            return self.handle_token(request)
        self.requests.append(request)
        if request.path == "/v2/":
            return Answer(200, "{}") if self.may(request, None, None) else \
                self.challenge(None, None)
        upload = re.match("/v2/(.+)/blobs/uploads/(.*)$", request.path)
        at = upload or re.match("/v2/(.+)/(?:blobs|manifests)/([^/]+)$", request.path)
        if at is None:
            return error(404, "NOT_FOUND")
        repository, name = at.groups()
        action = "pull" if request.method in ("GET", "HEAD") and not upload else "push"
        if not self.may(request, repository, action):
            return self.challenge(repository, "pull" if action == "pull" else "pull,push")
        handler = self.upload if upload else \
            self.blob if "/blobs/" in request.path else self.manifest
        return handler(request, repository, name)

    def blob(self, request, repository, digest):
        data = self.blobs.get((repository, digest))
        return error(404, "BLOB_UNKNOWN") if data is None else Answer(200, data)

    def manifest(self, request, repository, name):
        if request.method == "PUT":
            return self.put_manifest(request, repository, name)
        found = self.manifests.get((repository, name))
        if found is None:
            return error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        kind, data = found
        return Answer(200, data, {"Content-Type": kind, "Docker-Content-Digest": sha256(data)})

    def put_manifest(self, request, repository, name):
        if self.holds_tags and ":" not in name and (repository, name) in self.manifests:
            return self.tag_is_held(repository, name)
        document = json.loads(request.body)
        kind = request.headers["content-type"]
        assert document.get("mediaType", kind) == kind
        needed = document.get("layers", []) + ([document["config"]] if "config" in document else [])
        for each in needed:
            if (repository, each["digest"]) not in self.blobs:
                return error(400, "MANIFEST_BLOB_UNKNOWN", each["digest"])
        for key in (name, sha256(request.body)):
            self.manifests[(repository, key)] = (kind, request.body)
        return Answer(201, headers={"Docker-Content-Digest": sha256(request.body)})

    def tag_is_held(self, repository, name):
        return error(409, "CONFLICT", "tag exists")

    def upload(self, request, repository, session):
        if not session:
            return self.post(request, repository)
        if session not in self.sessions:
            return error(404, "BLOB_UPLOAD_UNKNOWN")
        return getattr(self, request.method.lower())(request, repository, session)

    def post(self, request, repository):
        digest, source = request.one("mount"), request.one("from")
        if digest is not None:
            mounted = self.mount(request, repository, digest, source)
            if mounted is not None:
                return mounted
        return self.open_session(repository)

    def mount(self, request, repository, digest, source):
        data = self.blobs.get((source, digest))
        if data is None:
            return None
        self.blobs[(repository, digest)] = data
        return Answer(201, headers={"Docker-Content-Digest": digest})

    def open_session(self, repository):
        session = "session-%d" % self.opened
        self.opened += 1
        self.sessions[session] = b""
        return Answer(202, headers=self.state(repository, session))

    def state(self, repository, session):
        return {"Location": self.location(repository, session),
                "Range": "0-%d" % max(len(self.sessions[session]) - 1, 0)}

    def location(self, repository, session):
        return "/v2/%s/blobs/uploads/%s?_state=a%%2Fb" % (repository, session)

    def patch(self, request, repository, session):
        self.sessions[session] += request.body
        return Answer(202, headers=self.state(repository, session))

    def put(self, request, repository, session):
        data = self.sessions.pop(session) + request.body
        digest = request.one("digest")
        if sha256(data) != digest:
            return error(400, "DIGEST_INVALID")
        self.blobs[(repository, digest)] = data
        return Answer(201, headers={"Docker-Content-Digest": digest})

    def delete(self, request, repository, session):
        del self.sessions[session]
        return Answer(204)

    # What tests ask.

    def add(self, image, repository, tag):
        """Put an image there as if it had been pushed."""
        kind = image.descriptor()["mediaType"]
        for data in image.blobs():
            self.blobs[(repository, sha256(data))] = data
        for each in getattr(image, "images", []):
            self.manifests[(repository, sha256(each.manifest))] = (each.descriptor()["mediaType"],
                                                                   each.manifest)
        for name in (tag, sha256(image.manifest)):
            self.manifests[(repository, name)] = (kind, image.manifest)

    def saw(self, method, part=""):
        return [each for each in self.requests if each.method == method and part in each.target]


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class DockerHub(Model):
    service = "registry.docker.io"

    def __init__(self, users):
        super().__init__("registry-1.docker.io", users, "auth.docker.io")
        self.left = 100

    def manifest(self, request, repository, name):
        if request.method == "GET" and self.left == 0:
            return Answer(429, "You have reached your\npull rate limit.\n",
                          {"Content-Type": "text/plain", "RateLimit-Limit": "100;w=21600",
                           "RateLimit-Remaining": "0;w=21600", "Retry-After": "3600"})
        return super().manifest(request, repository, name)

    def tag_is_held(self, repository, name):
        return error(403, "DENIED", "denied")

    def mount(self, request, repository, digest, source):
        """Even of what is public, only with a token for it."""
        if not self.may(request, source, "pull"):
            return self.challenge(source, "pull")
        return super().mount(request, repository, digest, source)


class GitHub(Model):
    """Pieces of more than 4 MiB are too large; indexes want to be asked for by their own type."""

    def __init__(self, users):
        super().__init__("ghcr.io", users, "ghcr.io")

    def patch(self, request, repository, session):
        if "content-range" in request.headers and len(request.body) > 4 << 20:
            return error(416, "SIZE_INVALID", "body too large")
        return super().patch(request, repository, session)

    def manifest(self, request, repository, name):
        kind, _ = self.manifests.get((repository, name), (None, None))
        if request.method in ("GET", "HEAD") and kind and \
                kind not in request.headers.get("accept", ""):
            return error(404, "MANIFEST_UNKNOWN", "OCI index found, but accept header is wrong")
        return super().manifest(request, repository, name)


class GitLab(Model):
    """Of several scopes for one repository only the last counts, and tokens end soon."""

    uses = 6

    def __init__(self, users):
        super().__init__("registry.gitlab.com", users, "gitlab.com")
        self.used = {}

    def rights(self, scopes, user):
        last = {scope.split(":")[1]: scope for scope in scopes}
        return super().rights(last.values(), user)

    def may(self, request, repository, action):
        token = request.headers.get("authorization", "")
        self.used[token] = self.used.get(token, 0) + 1
        return self.used[token] <= self.uses and super().may(request, repository, action)

    def challenge(self, repository, action):
        answer = super().challenge(repository, action)
        answer.headers["WWW-Authenticate"] += ',error="invalid_token"'
        return answer


class Amazon(Model):
    """Takes the first piece only, says 201 for it, makes no repositories, and can hold on to tags."""

    def __init__(self, users, repositories=()):
        super().__init__("123456789012.dkr.ecr.eu-west-1.amazonaws.com", users)
        self.repositories = repositories

    def post(self, request, repository):
        if repository not in self.repositories:
            return error(404, "NAME_UNKNOWN", "The repository with name '%s' does not exist in the "
                         "registry with id '123456789012'" % repository)
        return super().post(request, repository)

    def patch(self, request, repository, session):
        if "content-range" not in request.headers or not self.sessions[session]:
            self.sessions[session] += request.body
        return Answer(201, headers=self.state(repository, session))

    def tag_is_held(self, repository, name):
        return error(400, "TAG_INVALID", "The image tag '%s' already exists in the '%s' repository "
                     "and cannot be overwritten because the tag is immutable." % (name, repository))


class Google(Model):
    """Takes nothing in pieces, and refuses tokens without saying what it wants."""

    def __init__(self, users):
        super().__init__("europe-docker.pkg.dev", users, "europe-docker.pkg.dev")

    def patch(self, request, repository, session):
        if "content-range" in request.headers:
            return error(400, "UNSUPPORTED", "chunked uploads are not supported")
        return super().patch(request, repository, session)

    def challenge(self, repository, action):
        answer = super().challenge(repository, action)
        if repository:
            del answer.headers["WWW-Authenticate"]
        return answer


class Azure(Model):
    """Refresh tokens, exchanged by POST; they are nothing that the registry itself takes."""

    def __init__(self, refresh):
        super().__init__("team.azurecr.io", {}, "team.azurecr.io")
        self.refresh = refresh

    def tag_is_held(self, repository, name):
        return error(405, "REGISTRY_DISALLOWED_OPERATION", "The operation is disallowed on this "
                     "registry, repository or image.")

    def challenge(self, repository, action):
        answer = super().challenge(repository, action)
        header = answer.headers["WWW-Authenticate"]
        answer.headers["WWW-Authenticate"] = header.replace("/token", "/oauth2/token")
        return answer

    def handle(self, request):
        if request.path != "/oauth2/token":
            return super().handle(request)
        self.token_requests.append(request)
        form = dict(pair.split("=") for pair in request.body.decode().split("&"))
        if request.method != "POST" or form["refresh_token"] != self.refresh:
            return error(401, "UNAUTHORIZED")
        scopes = form["scope"].replace("%3A", ":").replace("%2F", "/").replace("%2C", ",")
        granted = json.loads(self.grant(scopes.split("%20"), "somebody").body)
        return Answer(200, json.dumps({"access_token": granted["token"]}))


class Quay(Model):
    """A mount that does not say from where is refused."""

    def __init__(self, users):
        super().__init__("quay.io", users, "quay.io")

    def tag_is_held(self, repository, name):
        return error(409, "UNKNOWN", "tag is immutable and cannot be overwritten")

    def post(self, request, repository):
        if request.one("mount") and not request.one("from"):
            return error(400, "NAME_INVALID", "mount without from")
        return super().post(request, repository)


class Harbor(Model):
    """Refuses mounts from projects that one may not see, and pushes to proxy projects."""

    def __init__(self, users):
        super().__init__("harbor.example.com", users, "harbor.example.com")

    def tag_is_held(self, repository, name):
        return error(412, "PRECONDITION", "Failed to process request due to '%s:%s' configured as "
                     "immutable." % (repository.partition("/")[2], name))

    def mount(self, request, repository, digest, source):
        return error(401, "UNAUTHORIZED", "unauthorized to access repository: %s" % source,
                     {"WWW-Authenticate": 'Bearer realm="https://harbor.example.com/token",'
                                          'service="harbor-registry"'})

    def post(self, request, repository):
        if repository.startswith("proxy/"):
            return error(403, "DENIED", "can not push artifact to a proxy project: proxy")
        return super().post(request, repository)


class Artifactory(Model):
    """Knows nothing of a blob that comes with the PUT, and says who it is."""

    def __init__(self, users):
        super().__init__("team.jfrog.io", users, "team.jfrog.io")

    def handle(self, request):
        answer = super().handle(request)
        answer.headers["X-Artifactory-Id"] = "5d1c2f:18a7"
        return answer

    def tag_is_held(self, repository, name):
        body = {"errors": [{"code": "MANIFEST_INVALID", "message": "manifest invalid",
                            "detail": {"description": "HTTP 403 Forbidden"}}]}
        return Answer(400, json.dumps(body), {"Content-Type": ERROR})

    def put(self, request, repository, session):
        if request.body:
            return error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        return super().put(request, repository, session)


class Nexus(Model):
    """Wants passwords, no blob with the PUT, and in some versions names a realm that is none."""

    def __init__(self, users):
        super().__init__("nexus.example.com", users)
        self.realm = None

    def tag_is_held(self, repository, name):
        body = {"errors": [{"code": "BLOB_UPLOAD_INVALID", "message": "blob upload invalid",
                            "detail": "Repository does not allow updating assets: docker"}]}
        return Answer(400, json.dumps(body), {"Content-Type": ERROR})

    def put(self, request, repository, session):
        if request.body:
            return error(400, "BLOB_UPLOAD_INVALID", "blob upload invalid")
        return super().put(request, repository, session)

    def challenge(self, repository, action):
        answer = super().challenge(repository, action)
        if self.realm:
            answer.headers["WWW-Authenticate"] = 'Bearer realm="%s",service="x"' % self.realm
        return answer


class Zot(Model):
    """Takes OCI images only."""

    def __init__(self, users=None):
        super().__init__("zot.example.com", users)

    def put_manifest(self, request, repository, name):
        if not request.headers["content-type"].startswith("application/vnd.oci."):
            return error(415, "MANIFEST_INVALID", "unsupported media type")
        return super().put_manifest(request, repository, name)


class Pulp(Model):
    """Says 204 where others say 202."""

    def __init__(self, users=None):
        super().__init__("pulp.example.com", users)

    def patch(self, request, repository, session):
        return Answer(204, headers=super().patch(request, repository, session).headers)


class HeadRefused(Model):
    """A proxy before a registry lets no HEAD through, or answers it from its own imagination."""

    def __init__(self, how):
        super().__init__("registry.example.com")
        self.how = how

    def handle(self, request):
        if request.method != "HEAD" or request.path == "/v2/":
            return super().handle(request)
        self.requests.append(request)
        if isinstance(self.how, int):
            return error(self.how, "DENIED")
        answer = super().handle(request)
        self.requests.pop()
        answer.headers = {**answer.headers, **self.how} if answer.status == 200 else answer.headers
        return answer


class Front(Model):
    """Leads whoever reads to another registry, as registry.k8s.io does."""

    def __init__(self, back, users=None):
        super().__init__("front.example.com", users)
        self.back = back

    def blob(self, request, repository, name):
        if request.method not in ("GET", "HEAD"):
            return super().blob(request, repository, name)
        return Answer(307, headers={"Location": "https://%s%s" % (self.back.host, request.target)})

    manifest = blob
