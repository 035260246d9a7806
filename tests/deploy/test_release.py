"""A chart over the life of its releases: a real helm and an API server of the tests' own."""

import kube_api
import flink_images
import pytest


class Cluster:
    def __init__(self, server, config, try_helm):
        self.server, self.config, self.try_helm = server, config, try_helm

    def run(self, verb, *words):
        more = ["--disable-openapi-validation"] if verb in ("install", "upgrade") else []
        return self.try_helm("--kubeconfig", self.config, verb, *words, *more)

    def helm(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def find(self, kind, name):
        [found] = [one for one in self.server.all()
                   if (one["kind"], one["metadata"]["name"]) == (kind, name)]
        return found


@pytest.fixture
def cluster(tmp_path, try_helm):
    with kube_api.Server() as server:
        yield Cluster(server, server.kubeconfig(tmp_path / "kubeconfig"), try_helm)


def test_volumes_outlive_their_release(cluster, chart):
    folder = chart(flink_images.ours("2.2.1"), "--claim", "state:1Gi:/mnt", "--ha", "--ha-dir",
                   "file:///mnt/ha")
    told = cluster.helm("install", "blue", folder)
    assert "kubectl -n default delete pvc -l app.kubernetes.io/instance=blue" in told
    assert "delete cm -l configmap-type=high-availability,app=blue" in told
    cluster.find("PersistentVolumeClaim", "blue-state")["spec"]["volumeName"] = "pv-1"
    cluster.helm("uninstall", "blue")
    [left] = cluster.server.all()
    assert left["kind"] == "PersistentVolumeClaim" and left["spec"]["volumeName"] == "pv-1"
    cluster.helm("install", "blue", folder)
    assert cluster.find("PersistentVolumeClaim", "blue-state")["metadata"]["uid"] == \
        left["metadata"]["uid"], "the release has its volume again"
    # A chart that is made without the claim does not take it away either.
    cluster.helm("upgrade", "blue", chart(flink_images.ours("2.2.1", "session")))
    assert cluster.server.names("PersistentVolumeClaim") == ["blue-state"]


def test_notes_tell_of_what_stays(cluster, chart):
    told = cluster.helm("install", "blue", chart(flink_images.ours("2.2.1")), "--set",
                        "job.replaceOnUpgrade=true", "--no-hooks")
    assert '"helm uninstall" leaves\n  the Job' in told
    assert "pvc" not in told and "configmap-type" not in told
    cluster.helm("uninstall", "blue")
    assert "leaves" not in cluster.helm("install", "blue", chart(flink_images.ours("2.2.1")))
