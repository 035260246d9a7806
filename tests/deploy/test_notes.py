"""generate: the printed steps work as they stand, with the options that were given."""

import shlex

import flink_images
import manifests
import pytest

AWKWARD = ["--input", "s3://data/in put", "", "it's", "$HOME `id` $(id)", "a\\b", "--x=;&|<>", "-"]


def step(text, start):
    """The command of the line that begins so, without its remark."""
    [line] = [one for one in text.splitlines() if one.strip().startswith(start)]
    return line.strip().removeprefix(start).partition("    (")[0].strip()


def again(text, start="4. "):
    """The words that generate it again, and how that is applied."""
    command = step(text, start)
    words = shlex.split(command, comments=False)
    end = next((words.index(one) for one in ("|", "&&") if one in words), len(words))
    assert words[:4] == ["flinkpack", "generate", "--image", "NEW_IMAGE"]
    return words[4:end], words[end:]


def test_the_options_are_repeated(orders, tmp_path):
    patch = tmp_path / "it's a patch.yaml"
    patch.write_text("kind: Deployment\nmetadata: {labels: {x: y}}\n")
    words = ["--namespace", "team", "-D", "a.b=it's $x", "--parallelism=4", "--slots", "2", "--ha",
             "--ha-dir", "s3://b/h", "--patch", patch, "--node-port=30082", "--env", "A=-b \"c\"",
             "--label", "x=y"]
    first = orders.generate(*words, "--", *AWKWARD)
    more, end = again(first.err)
    assert end == ["|", "kubectl", "-n", "team", "apply", "-f", "-"]
    assert more[more.index("--from-savepoint") + 1] == "PATH"
    second = orders.generate(*more)
    assert manifests.argv(manifests.load(second.out), "jobmanager")[-len(AWKWARD):] == AWKWARD
    more[more.index("--from-savepoint"):more.index("--")] = []
    assert orders.generate(*more).out == first.out
    # And once more out of what the second has told.
    assert again(second.err) == (again(first.err))


@pytest.mark.parametrize("form, start", [("kubernetes", "4. "), ("operator", "update:"),
                                         ("compose", "3. ")])
def test_folders_and_values(orders, tmp_path, form, start):
    values, folder = tmp_path / "values.yaml", tmp_path / "a folder"
    values.write_text("name: blue\narguments: [x]\n")
    words = ["--values", str(values), "--format", form, "--output-dir", str(folder)]
    more, end = again(orders.generate(*words).err.replace(", and start it as above", ""), start)
    expected = [] if form == "operator" else ["--from-savepoint", "PATH"]
    assert more == words + expected
    assert end == ([] if form == "compose" else ["&&", "kubectl", "apply", "-k", str(folder)])


def test_what_is_secret_is_not_repeated(orders):
    told = orders.generate("-D", "s3.secret-key=hunter2", "--env", "DB_PASSWORD=hunter3", "-D",
                           "s3.access-key=${KEY}", "--", "--token", "hunter4", "--password=hunter5",
                           "--keys", "a", "--url=jdbc:x://u:hunter6@h/d", "http://u:p@hunter7@h/@").err
    assert "hunter" not in told
    told = told.replace(" --url=jdbc:x://u:SECRET@h/d http://u:SECRET@h/@", "")
    more, _ = again(told)
    assert more == ["--define", "s3.secret-key=SECRET", "--env", "DB_PASSWORD=SECRET", "--define",
                    "s3.access-key=${KEY}", "--from-savepoint", "PATH", "--", "--token", "SECRET",
                    "--password=SECRET", "--keys", "a"]


def test_a_savepoint_of_this_time_is_not_that_of_the_next(flinkpack):
    flinkpack.has(flink_images.ours("1.20.5"))
    more, _ = again(flinkpack.generate("--from-savepoint", "s3://b/1", "-D",
                                       "state.savepoints.dir=s3://b/s").err)
    assert more == ["--define", "state.savepoints.dir=s3://b/s", "--from-savepoint", "PATH"]
    told = flinkpack.generate("-D", "state.savepoints.dir=s3://b/s").err
    assert "--savepointPath s3://b/s JOB_ID" in told


def test_an_operator_forwards_the_port_that_is_set(orders):
    told = orders.generate("--format", "operator", "-D", "rest.port=9000").err
    assert "port-forward service/orders-rest 8081:9000" in told


def test_what_cannot_be_shown_is_not_made_another_word(orders):
    told = orders.generate("-D", "a.b=\u202ec", "--", "a\nb", "\x1b[31m", "\u00e4").err
    more, _ = again(told)
    assert more == ["--define", "VALUE", "--from-savepoint", "PATH", "--", "VALUE", "VALUE", "\u00e4"]
