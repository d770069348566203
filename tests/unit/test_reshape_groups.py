import pytest

from job.keras_model.reshape_groups import groups_of, kept_order, order_for_map


@pytest.mark.parametrize("before, after, groups", [
    ((2, 6, 9, 7), (2, 6, 63), (((0,), (0,)), ((1,), (1,)), ((2, 3), (2,)))),
    ((2, 6, 20), (2, 6, 4, 5), (((0,), (0,)), ((1,), (1,)), ((2,), (2, 3)))),
    ((2, 6, 4), (3, 16), (((0, 1, 2), (0, 1)),)),
    ((2, 6), (2, 6, 1), (((0,), (0,)), ((1,), (1, 2)))),
    ((2, 6, 1, 1), (12,), (((0, 1, 2, 3), (0,)),)),
    ((2, 6), (1, 2, 6), (((0,), (0, 1)), ((1,), (2,)))),
    ((1, 2, 6), (2, 6), (((0, 1), (0,)), ((2,), (1,)))),
    ((), (1,), ()),
    ((1,), (), ()),
    ((0, 3), (3, 0), ()),
], ids=str)
def test_groups(before, after, groups):
    assert groups_of(before, after) == groups


def test_channels_last_stays_where_rows_and_columns_are_joined():
    assert kept_order((0, 2, 3, 1), groups_of((2, 6, 9, 7), (2, 6, 63))) == (0, 2, 1)


def test_not_where_channels_and_rows_are():
    assert kept_order((0, 2, 3, 1), groups_of((2, 6, 9, 7), (2, 54, 7))) is None


def test_not_where_the_batch_is_elsewhere():
    assert kept_order((1, 0), groups_of((2, 6), (2, 3, 2))) is None


def test_nor_where_there_is_nothing_to_keep():
    assert kept_order((0,), groups_of((1,), ())) is None


def test_a_map_comes_out_channels_last():
    groups = groups_of((2, 3, 2, 2, 4, 5), (2, 12, 4, 5))
    assert order_for_map(groups, 4) == (0, 4, 5, 1, 2, 3)
    assert kept_order((0, 4, 5, 1, 2, 3), groups) == (0, 2, 3, 1)


def test_anything_else_as_in_onnx():
    assert order_for_map(groups_of((2, 6, 9, 7), (2, 54, 7)), 3) == (0, 1, 2, 3)
    assert order_for_map(groups_of((2, 6, 9, 4), (2, 3, 18, 4)), 4) == (0, 1, 2, 3)
