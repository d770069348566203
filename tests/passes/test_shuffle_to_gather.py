import pytest

from job.onnx_model.passes import shuffle_to_gather
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, whole

SWAP = (0, 2, 1, 3, 4)


def shuffled(grouped=(2, 2, 3, 9, 7), perm=SWAP, back=(2, 6, 9, 7), shape=(2, 6, 9, 7), outputs="y"):
    return graph(
        node("Reshape", "x grouped", "groups"),
        node("Transpose", "groups", "swapped", perm=perm),
        node("Reshape", "swapped back", "y"),
        outputs=outputs,
        inputs={"x": shape},
        constants={"grouped": whole(*grouped), "back": whole(*back)},
    )


@pytest.mark.parametrize("groups", [2, 3])
def test_a_choice_of_channels(groups):
    before = shuffled((2, groups, 6 // groups, 9, 7))
    after = shuffle_to_gather(before)
    assert ops(after) == ["Gather"]
    assert sorted(after.constants["y.channels"].tolist()) == list(range(6))
    assert_same_values(before, after)


def test_on_one_axis_too():
    before = shuffled((2, 3, 2, 11), (0, 2, 1, 3), (2, 6, 11), (2, 6, 11))
    after = shuffle_to_gather(before)
    assert ops(after) == ["Gather"]
    assert_same_values(before, after)


@pytest.mark.parametrize(
    "other",
    [
        dict(perm=(0, 1, 2, 4, 3), back=(2, 6, 9, 7)),
        dict(perm=(2, 1, 0, 3, 4)),
        dict(back=(2, 6, 7, 9)),
        dict(back=(6, 2, 9, 7)),
        dict(grouped=(2, 6, 3, 3, 7)),
        dict(grouped=(2, 18, 3, 7), perm=(0, 2, 1, 3)),
        dict(grouped=(2, 2, 3), perm=(0, 2, 1), back=(2, 6), shape=(2, 6)),
        dict(outputs="y groups"),
        dict(outputs="y swapped"),
    ],
    ids=str,
)
def test_not_for_others(other):
    assert_unchanged(shuffle_to_gather, shuffled(**other))
