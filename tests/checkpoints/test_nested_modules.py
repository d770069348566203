"""Modules in modules, of files that pickled or scripted them."""
import pytest

from job.checkpoint.nested_modules import MOST_MODULES, nested_modules
from job.checkpoint.pickled_modules import module_entries
from job.checkpoint.values import Placeholder, Storage, TensorRef
from job.errors import BadCheckpoint

WEIGHT = TensorRef(Storage("0", "float32", 1), 0, (1,), (1,))


def module(*inner, parameters=("weight",)):
    made = Placeholder("net.Block")
    made.set_state({"_parameters": {name: WEIGHT for name in parameters}, "_buffers": {}, "_modules": dict(inner)})
    return made


def test_names_are_those_of_the_state_dict_in_its_order():
    deep = module(("0", module(("conv", module()))), ("1", module(parameters=())), ("2", module()))
    assert list(module_entries(deep)) == ["weight", "0.weight", "0.conv.weight", "2.weight"]


def test_a_module_that_holds_itself_is_refused():
    endless = module()
    endless.state["_modules"]["again"] = endless
    with pytest.raises(BadCheckpoint, match="more than {} modules, or one that holds itself".format(MOST_MODULES)):
        module_entries(endless)


def test_as_many_as_may_be():
    assert len(list(nested_modules(MOST_MODULES, lambda left: [("next", left - 1)] if left > 1 else []))) == MOST_MODULES


def test_a_name_that_is_no_text_is_none():
    """Of a table in JSON, whose reader says that it is malformed."""
    with pytest.raises(TypeError):
        list(nested_modules(1, lambda left: [(5, left - 1)] if left else []))
