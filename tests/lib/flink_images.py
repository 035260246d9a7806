"""Images that say what images of Flink say, with nothing in them: generate reads no layers."""

import images

NAME = "registry.example.com/team/orders:1.2"

ENV = ["PATH=/opt/flink/bin:/usr/bin:/bin", "FLINK_HOME=/opt/flink"]


def ours(version, kind="job", classname="com.example.Orders", user="9999:9999", **more):
    """What flinkpack builds."""
    labels = {"flinkpack.type": kind, "flinkpack.flink-version": version}
    env = list(ENV)
    if kind == "job":
        labels["flinkpack.job-jars"] = "orders.jar,lib.jar"
        if classname:
            labels["flinkpack.job-class"] = classname
            env.append("FLINK_JOB_CLASSNAME=" + classname)
    config = {"Entrypoint": ["/docker-entrypoint.sh"], "Cmd": ["help"], "User": user, "Env": env,
              "Labels": labels, "WorkingDir": "/opt/flink"}
    return images.Image([images.layer([images.folder("opt")])], config, **more)


def official(version, user=None):
    """docker.io/flink."""
    env = ENV + ["FLINK_TGZ_URL=https://dlcdn.apache.org/flink/flink-%s/"
                 "flink-%s-bin-scala_2.12.tgz" % (version, version)]
    config = {"Entrypoint": ["/docker-entrypoint.sh"], "Cmd": ["help"], "Env": env}
    if user:
        config["User"] = user
    return images.Image([images.layer([images.folder("opt")])], config)


def store(program, image, name=NAME):
    """Make `image` the only one in the program's local store."""
    images.write_layout(image, program.store, name)
    return name
