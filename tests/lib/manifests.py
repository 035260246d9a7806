"""Checks of manifests that need no cluster: references, selectors, Pod Security, arguments.

Everything here is written from the documentation of Kubernetes and shares nothing with the program.
"""

import re
import subprocess

import program
import yaml

WORKLOADS = ("Job", "Deployment")


class Strict(yaml.SafeLoader):
    """YAML 1.1, as kubectl reads it, with two equal keys as an error."""


def _mapping(loader, node, deep=False):
    result = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        assert key not in result, "the key %r is there twice" % key
        result[key] = loader.construct_object(value_node, deep=True)
    return result


Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load(text):
    """The documents of a stream; anchors and aliases are an error."""
    for token in yaml.scan(text):
        assert not isinstance(token, (yaml.AnchorToken, yaml.AliasToken)), token
    return [document for document in yaml.load_all(text, Loader=Strict) if document is not None]


TEMPLATE_VARIABLES = "$FLINK_IMAGE_NAME $FLINK_JOB $FLINK_JOB_PARALLELISM $FLINK_JOB_ARGUMENTS"


def fill_in(template, listed=True, **variables):
    """What envsubst makes of a template: of the listed variables, or of whatever looks like one."""
    program.need("envsubst")
    words = [TEMPLATE_VARIABLES] if listed else []
    done = subprocess.run(["envsubst", *words], input=template, check=True, capture_output=True,
                          text=True, env={"PATH": "/usr/bin:/bin", **variables})
    return load(done.stdout)


def named(documents, kind, name=None):
    found = [one for one in documents
             if one["kind"] == kind and name in (None, one["metadata"]["name"])]
    assert len(found) == 1, (kind, name, [one["metadata"]["name"] for one in found])
    return found[0]


def kinds(documents):
    return [one["kind"] for one in documents]


def pod_templates(documents):
    return [one["spec"]["template"] for one in documents if one["kind"] in WORKLOADS]


def workload(documents, component):
    found = [one for one in documents if one["kind"] in WORKLOADS and
             one["metadata"]["labels"]["app.kubernetes.io/component"] == component]
    assert len(found) == 1, component
    return found[0]


def container(documents, component):
    containers = workload(documents, component)["spec"]["template"]["spec"]["containers"]
    assert len(containers) == 1
    return containers[0]


def expand(text, variables):
    """$(NAME) in args and env of a container: k8s.io/kubernetes third_party/forked/golang/expansion."""
    out, position = "", 0
    while position < len(text):
        rest = text[position:]
        if rest[0] != "$" or len(rest) == 1:
            out, position = out + rest[0], position + 1
        elif rest[1] == "$":
            out, position = out + "$", position + 2
        elif rest[1] == "(" and ")" in rest:
            name = rest[2:rest.index(")")]
            out += variables.get(name, "$(%s)" % name)
            position += len(name) + 3
        else:
            out, position = out + "$" + rest[1], position + 2
    return out


def argv(documents, component, pod_ip="10.0.0.1"):
    """What the process in the container gets."""
    return [expand(arg, {"POD_IP": pod_ip}) for arg in container(documents, component)["args"]]


def properties(documents):
    """Flink's settings."""
    [config] = [one for one in documents if one["kind"] == "ConfigMap"]
    lines = config["data"]["FLINK_PROPERTIES"].splitlines()
    pairs = [line.split(": ", 1) for line in lines]
    assert len({key for key, _ in pairs}) == len(pairs), lines
    return dict(pairs)


def _matches(selector, labels):
    return all(labels.get(key) == value for key, value in selector.items())


def check_selectors(documents):
    """Every selector finds exactly the pods that it is for."""
    templates = pod_templates(documents)
    for one in documents:
        spec = one.get("spec", {})
        if one["kind"] == "Service":
            [target] = [t for t in templates
                        if _matches(spec["selector"], t["metadata"]["labels"])]
            ports = {port["name"] for c in target["spec"]["containers"] for port in c["ports"]}
            assert {port["targetPort"] for port in spec["ports"]} <= ports
            assert all(port["protocol"] == "TCP" for port in spec["ports"])
        elif one["kind"] in ("Deployment", "PodDisruptionBudget"):
            found = [t for t in templates
                     if _matches(spec["selector"]["matchLabels"], t["metadata"]["labels"])]
            assert len(found) == 1, one["metadata"]["name"]
            if one["kind"] == "Deployment":
                assert found[0] is spec["template"]
        elif one["kind"] == "NetworkPolicy":
            assert all(_matches(spec["podSelector"]["matchLabels"], t["metadata"]["labels"])
                       for t in templates)


def check_references(documents):
    """What is mentioned is there, but for what the user said is there already."""
    names = {(one["kind"], one["metadata"]["name"]) for one in documents}
    ids = [(one["kind"], one["metadata"]["name"]) for one in documents]
    assert len(ids) == len(set(ids)), ids
    for template in pod_templates(documents):
        spec = template["spec"]
        volumes = {volume["name"] for volume in spec["volumes"]}
        assert len(volumes) == len(spec["volumes"])
        for one in spec["containers"]:
            assert {mount["name"] for mount in one["volumeMounts"]} <= volumes
            paths = [mount["mountPath"] for mount in one["volumeMounts"]]
            assert len(paths) == len(set(paths))
            variables = [entry["name"] for entry in one["env"]]
            assert len(variables) == len(set(variables))
            for entry in one["env"]:
                ref = entry.get("valueFrom", {}).get("configMapKeyRef")
                if ref:
                    config = named(documents, "ConfigMap", ref["name"])
                    assert ref["key"] in config["data"]
            ports = [port["containerPort"] for port in one["ports"]]
            assert len(ports) == len(set(ports))
    for one in documents:
        if one["kind"] == "HorizontalPodAutoscaler":
            target = one["spec"]["scaleTargetRef"]
            assert (target["kind"], target["name"]) in names
        if one["kind"] == "RoleBinding":
            assert ("Role", one["roleRef"]["name"]) in names
        if one["kind"] == "Ingress":
            for rule in one["spec"]["rules"]:
                for path in rule["http"]["paths"]:
                    service = path["backend"]["service"]
                    ports = named(documents, "Service", service["name"])["spec"]["ports"]
                    assert service["port"]["name"] in [port["name"] for port in ports]


def check_pod_security(spec):
    """The level "restricted" of the Pod Security Standards."""
    pod = spec["securityContext"]
    assert pod["runAsNonRoot"] is True
    assert pod.get("runAsUser") != 0
    assert pod["seccompProfile"]["type"] == "RuntimeDefault"
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        assert not spec.get(key)
    allowed = {"emptyDir", "configMap", "secret", "persistentVolumeClaim"}
    for volume in spec["volumes"]:
        assert set(volume) - {"name"} <= allowed, volume
    for one in spec["containers"]:
        security = one["securityContext"]
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert not security.get("privileged")
        assert all("hostPort" not in port for port in one.get("ports", []))


def check_memory(documents):
    """Limits and requests are equal, and Flink is told of no more than the limit."""
    conf = properties(documents)
    for component in ("jobmanager", "taskmanager"):
        resources = container(documents, component)["resources"]
        limit = resources["limits"]["memory"]
        assert resources["requests"]["memory"] == limit
        assert "cpu" not in resources["limits"]
        process = conf.get(component + ".memory.process.size")
        heap = conf.get(component + ".heap.size")
        assert (process is None) != (heap is None)
        mib = int(re.fullmatch(r"(\d+)Mi", limit).group(1))
        if process:
            assert process == "%dm" % mib
        else:
            assert int(heap[:-1]) <= mib * 3 // 4


ORDER = ("ServiceAccount", "Role", "RoleBinding", "ConfigMap", "PersistentVolumeClaim", "Service",
         "Ingress", "Route", "Job", "Deployment", "PodDisruptionBudget", "NetworkPolicy",
         "HorizontalPodAutoscaler")


def check_all(documents):
    order = [ORDER.index(kind) for kind in kinds(documents)]
    assert order == sorted(order), kinds(documents)
    for one in documents:
        assert "status" not in one and "creationTimestamp" not in one["metadata"]
    check_selectors(documents)
    check_references(documents)
    check_memory(documents)
    for template in pod_templates(documents):
        check_pod_security(template["spec"])
