"""build --push --generate: the manifests are of the image that was just pushed."""

import os
import subprocess

import manifests


def test_one_command(flinkpack, inputs, registry, tmp_path):
    name = "%s/deploy/orders:1.0" % registry
    values = tmp_path / "values.yaml"
    values.write_text("name: blue\nparallelism: 4\nslots: 2\narguments: [--input, '']\n"
                      "label: {team: orders}\nconf: {state.backend.type: hashmap}\n")
    folder = tmp_path / "k8s"
    result = flinkpack.run("build", "--from-archive", inputs.archive(), "--base", inputs.base,
                           "--job-jar", inputs.job, "--image-name", name, "--push", "--generate",
                           folder, "--values", values)
    [kustomization] = manifests.load((folder / "kustomization.yaml").read_text())
    documents = [manifests.load((folder / one).read_text())[0]
                 for one in kustomization["resources"]]
    manifests.check_all(documents)
    image = manifests.container(documents, "jobmanager")["image"]
    assert image == name.rpartition(":")[0] + "@" + result.digest
    assert result.name == image
    assert "# %s\n" % name in (folder / "blue-jobmanager-job.yaml").read_text()
    assert manifests.argv(documents, "jobmanager")[-3:] == ["--", "--input", ""]
    assert manifests.workload(documents, "taskmanager")["spec"]["replicas"] == 2
    assert documents[0]["metadata"]["labels"]["team"] == "orders"
    assert "kubectl delete job blue-jobmanager --cascade=foreground" in result.err
    assert ("flinkpack generate --image NEW_IMAGE --values %s --output-dir %s --from-savepoint PATH "
            "&& kubectl apply -k %s" % (values, folder, folder)) in result.err
    # The registry answers without the local store, too.
    again = flinkpack.run("generate", "--image", name, "--values", values, "--store",
                          tmp_path / "none").out
    assert manifests.load(again) == documents


def test_mistakes_are_found_before_the_build(flinkpack, inputs, tmp_path):
    words = ["build", "--from-archive", inputs.archive(), "--base", inputs.base, "--generate",
             tmp_path / "out"]
    assert "--push" in flinkpack.try_run(*words).err
    values = tmp_path / "values.yaml"
    values.write_text("paralellism: 3\n")
    words += ["--push", "--image-name", "registry.invalid/a:1", "--values", values]
    result = flinkpack.try_run(*words)
    assert result.status == 2 and "paralellism" in result.err and "parallelism" in result.err
    values.write_text("parallelism: many\n")
    assert "many" in flinkpack.try_run(*words).err
    assert "--generate" in flinkpack.try_run("build", "--from-archive", inputs.archive(), "--base",
                                             inputs.base, "--values", values).err


def test_values_are_read_once(flinkpack, inputs, registry, tmp_path):
    """Before the build, and so from a pipe as well; the files that they name too."""
    name = "%s/deploy/piped:1.0" % registry
    conf = tmp_path / "conf.fifo"
    os.mkfifo(conf)
    words = [flinkpack.binary, "build", "--from-archive", inputs.archive(), "--base", inputs.base,
             "--job-jar", inputs.job, "--image-name", name, "--push", "--generate", tmp_path / "k8s",
             "--values", "/dev/stdin"]
    writer = subprocess.Popen(["sh", "-c", "echo 'a.b: c' > %s" % conf])
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, env=flinkpack.env,
                          input="name: blue\nconf: [%s]\n" % conf, timeout=120)
    writer.wait()
    assert done.returncode == 0, done.stderr
    [config] = manifests.load((tmp_path / "k8s/blue-config-configmap.yaml").read_text())
    assert "a.b: c\n" in config["data"]["FLINK_PROPERTIES"]


def test_what_the_image_was_built_with_is_known(flinkpack, inputs, registry, tmp_path):
    """Its plugins, those of an image that it is made of too, and, at once, its configuration."""
    name = "%s/deploy/stored:1.0" % registry
    words = ["build", "--job-jar", inputs.job, "--push", "--image-name", name]
    base = ["--from-archive", inputs.archive(), "--base", inputs.base]
    s3 = ["--conf", "state.checkpoints.dir=s3://b/c", "--generate", tmp_path / "k8s"]
    assert "state.checkpoints.dir: s3://b/c: no plugin of the image has s3://: build it with" in (
        flinkpack.run(*words[:-1], name + "-a", *base, *s3).err)
    assert "no plugin" not in flinkpack.run(*words, *base, *s3, "--plugin", "s3-fs-hadoop").err
    more = flinkpack.run(*words[:-1], name + "-b", "--from-image", name, *s3).err
    assert "no plugin" not in more and "unless it was added" not in more
    (tmp_path / "s3.jar").write_bytes(b"")
    flinkpack.run("append", "--base", name + "-a", "--add",
                  "%s:/opt/flink/plugins/s3/flink-s3-fs-presto.jar" % (tmp_path / "s3.jar"),
                  "--image-name", name + "-c", "--push")
    for tag, said in (("-a", True), ("-c", False)):
        place = ["generate", "--image", name + tag, "--checkpoint-dir", "s3://b/c"]
        if said:
            assert "no plugin" in flinkpack.fail(3, *place)
        told = flinkpack.run(*place, "--allow", "filesystem-missing").err
        assert ("no plugin" in told) == said
