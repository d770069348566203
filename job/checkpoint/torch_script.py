"""TorchScript archives of PyTorch 1.1: a JSON table of modules and tensors, an entry for each storage."""

from collections import OrderedDict
from typing import Any, Iterator, List, Mapping, Tuple

from job.checkpoint.allow_list import find_global
from job.checkpoint.json_values import value_from_json
from job.checkpoint.nested_modules import nested_modules
from job.checkpoint.pickle_machine import Global
from job.checkpoint.pickle_objects import load_pickle
from job.checkpoint.source import Source
from job.checkpoint.tensor_views import ITEM_SIZES, persistent_storage, tensor
from job.checkpoint.values import Content, Region, Storage, TensorRef
from job.errors import BadCheckpoint

DTYPES = {
    "FLOAT": "float32",
    "DOUBLE": "float64",
    "FLOAT16": "float16",
    "INT64": "int64",
    "INT32": "int32",
    "INT16": "int16",
    "INT8": "int8",
    "UINT8": "uint8",
    "BOOL": "bool",
}
ATTRIBUTE = "torch.jit._pickle.build_tensor_from_id"  # how attributes name a tensor of the table


def read(source: Source, regions: Mapping[str, Region], folder: str) -> Content:
    """The archive's tensors by the keys that the module's state dict had."""
    table = source.part(*regions[folder + "/model.json"])
    storages = {name[len(folder) + 1 :]: region for name, region in regions.items()}
    try:
        model = value_from_json(table.read(table.size))
        tensors = [_tensor(entry, storages) for entry in model["tensors"]]
        attributes = _attributes(source, regions.get(folder + "/attributes.pkl"), tensors)
        tree = OrderedDict(_named(model["mainModule"], tensors, attributes))
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise BadCheckpoint(
            "its table of tensors is malformed: {:.200}".format(str(error)),
            hint="the file is damaged, or made to mislead",
        ) from error
    return Content(tree, storages)


def _tensor(entry: Any, storages: Mapping[str, Region]) -> Any:
    key, dtype = entry["data"]["key"], DTYPES.get(entry["dataType"], str(entry["dataType"]))
    elements = storages[key].size // ITEM_SIZES.get(dtype, 1)
    return tensor(
        Storage(key, dtype, elements),
        int(entry.get("offset", 0)),
        _sizes(entry, "dims"),
        _sizes(entry, "strides"),
    )


def _sizes(entry: Mapping[str, Any], name: str) -> Tuple[int, ...]:
    return tuple(int(size) for size in entry.get(name, ())[:100])


def _attributes(source: Source, region: Any, tensors: List[TensorRef]) -> Any:
    def find(module: str, name: str) -> Global:
        if "{}.{}".format(module, name) == ATTRIBUTE:
            return Global(ATTRIBUTE, lambda index: tensors[index])
        return find_global(module, name)

    return load_pickle(source.part(*region), find, persistent_storage) if region else ()


def _named(main: Any, tensors: List[TensorRef], attributes: Any) -> Iterator[Tuple[str, Any]]:
    """Parameters and attributes of each module before those of the modules in it."""
    for prefix, module in nested_modules(main, _inner):
        for each in module.get("parameters", ()):
            yield prefix + each["name"], tensors[int(each["tensorId"])]
        for each in module.get("attributes", ()):
            if each["type"] == "Tensor":
                yield prefix + each["name"], attributes[int(each["id"])]


def _inner(module: Any) -> Iterator[Tuple[str, Any]]:
    return ((each["name"], each) for each in module.get("submodules", ()))
