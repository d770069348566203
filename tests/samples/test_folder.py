"""Which files of a folder are samples, which of many are used, and what their digest notices."""
import os

import pytest

from job.errors import BadCheckpoint
from job.samples.classes import class_numbers
from job.samples.folder import MOST, digest_for_run, digest_of_samples, evenly_spaced, sample_folder


def put(folder, *names):
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode())
    return folder


def names(folder):
    return [file.name for file in sample_folder(folder).files]


def test_files_come_in_the_order_of_their_names(tmp_path):
    put(tmp_path, "b.PNG", "a.npy", "B.jpg", "c.jpeg", "a.npz", "ä.png")
    assert names(tmp_path) == ["B.jpg", "a.npy", "a.npz", "b.PNG", "c.jpeg", "ä.png"]
    assert sample_folder(tmp_path).labels == () and sample_folder(tmp_path).found == 6


def test_a_folder_for_each_class(tmp_path):
    put(tmp_path, "dog/1.png", "cat/2.png", "cat/1.npy")
    (tmp_path / "eel").mkdir()
    listed = sample_folder(tmp_path)
    assert [(file.name, file.label) for file in listed.files] == [
        ("cat/1.npy", "cat"), ("cat/2.png", "cat"), ("dog/1.png", "dog")]
    assert listed.labels == ("cat", "dog", "eel")


def test_hidden_and_unfinished_files_are_skipped(tmp_path):
    put(tmp_path, "a.png", ".b.png", "c.png.tmp", "d.npy.part", "lost+found/e.png", ".f/g.png")
    assert names(tmp_path) == ["a.png"] and not sample_folder(tmp_path).problems


def test_every_file_that_is_no_sample_is_named(tmp_path):
    put(tmp_path, "in/cat/a.png", "in/cat/b.gif", "in/cat/deep/c.png", "out/d.png")
    folder = tmp_path / "in"
    (folder / "cat/away.png").symlink_to(tmp_path / "out/d.png")
    (folder / "cat/gone.png").symlink_to(folder / "nowhere")
    (folder / "outside").symlink_to(tmp_path / "out")
    os.mkfifo(str(folder / "cat/pipe.png"))
    open(os.fsencode(str(folder / "cat")) + b"/\xff.png", "wb").close()
    listed = sample_folder(folder)
    assert [file.name for file in listed.files] == ["cat/a.png"] and listed.labels == ("cat",)
    said = "; ".join(listed.problems)
    for name in ("away.png", "b.gif", "deep", "gone.png", "outside", "pipe.png", "\\udcff.png"):
        assert name in said
    assert len(listed.problems) == 7 and "d.png" not in said


def test_links_inside_the_folder_are_followed(tmp_path):
    put(tmp_path, "..data/cat/a.png", "..data/dog/b.png")
    for name in ("cat", "dog"):
        (tmp_path / name).symlink_to("..data/" + name)
    assert names(tmp_path) == ["cat/a.png", "dog/b.png"]


def test_of_many_some_are_used_evenly_spaced(tmp_path):
    put(tmp_path, *["{:03d}.npy".format(number) for number in range(2 * MOST)])
    listed = sample_folder(tmp_path)
    assert listed.found == 2 * MOST
    assert [file.name for file in listed.files] == ["{:03d}.npy".format(2 * number) for number in range(MOST)]


def test_of_many_some_are_drawn_with_a_seed(tmp_path):
    for number in range(40):
        (tmp_path / "{:02}.npy".format(number)).touch()

    def drawn(most, seed):
        return [file.name for file in sample_folder(tmp_path, most, seed).files]

    first = drawn(10, 0)
    assert first == sorted(first) and len(first) == 10 and drawn(10, 0) == first
    assert len({tuple(drawn(10, seed)) for seed in range(20)}) == 20
    assert set(first) < set(drawn(20, 0)) and drawn(99, 0) == drawn(99, 1) == drawn(40, None)
    assert {name for seed in range(30) for name in drawn(10, seed)} == set(drawn(40, 0))


def test_evenly_spaced():
    assert evenly_spaced("abcdefghij", 4) == ("a", "c", "f", "h")
    assert evenly_spaced("abc", 4) == evenly_spaced("abc", 3) == ("a", "b", "c")


def test_the_digest_is_that_of_names_and_contents(tmp_path):
    one, two = put(tmp_path / "one", "cat/a.png", "dog/b.png"), put(tmp_path / "two", "cat/a.png", "dog/b.png")
    assert digest_of_samples(sample_folder(one)) == digest_of_samples(sample_folder(two))
    seen = {digest_of_samples(sample_folder(two))}
    for change in (lambda: (two / "cat/a.png").write_bytes(b"other"),
                   lambda: (two / "cat/a.png").rename(two / "cat/c.png"),
                   lambda: (two / "cat/c.png").rename(two / "dog/c.png"),
                   lambda: (two / "eel").mkdir(),
                   lambda: put(two, "eel/x.txt"),
                   lambda: put(two, "eel/x.npy")):
        change()
        assert digest_of_samples(sample_folder(two)) not in seen
        seen.add(digest_of_samples(sample_folder(two)))


def test_a_run_takes_the_digest_once(tmp_path):
    folder = put(tmp_path / "samples", "a.png", "b.png", "c.png")
    first, fewer = digest_for_run(folder), digest_for_run(folder, 2)
    assert first == digest_of_samples(sample_folder(folder)) and fewer == digest_of_samples(sample_folder(folder, 2))
    put(folder, "d.png")
    assert (digest_for_run(folder), digest_for_run(folder, 2)) == (first, fewer)


def test_classes_by_label_by_number_or_by_order():
    assert class_numbers(["cat", "dog"], ["eel", "dog", "cat"], 3) == {"cat": 2, "dog": 1}
    assert class_numbers(["281", "7"], [], 1000) == {"281": 281, "7": 7}
    assert class_numbers(["0", "1"], ["1", "0"], 2) == {"0": 1, "1": 0}
    assert class_numbers(["n014", "n015"], ["tench", "goldfish"], 2) == {"n014": 0, "n015": 1}
    assert class_numbers(["cat", "dog"], [], 2) == {"cat": 0, "dog": 1}


@pytest.mark.parametrize("folders, labels, scores, said", [
    (["cat", "dog"], [], 1000, "2 folders, and the network has 1000 scores"),
    (["cat", "dgo"], ["cat", "dog"], 2, "dgo is no label"),
    (["crane", "dog"], ["crane", "dog", "crane"], 3, "crane is the label of several classes"),
    (["7", "1000"], [], 1000, "1000 stands for class 1000"),
    (["7", "07"], [], 10, "7 and 07 stand for one class"),
    (["cat", "²"], [], 3, "2 folders"),
])
def test_folders_that_name_no_class(folders, labels, scores, said):
    with pytest.raises(BadCheckpoint) as refused:
        class_numbers(folders, labels, scores)
    assert said in refused.value.message and refused.value.hint and refused.value.stage == "samples"
