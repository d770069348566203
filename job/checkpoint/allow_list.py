"""The globals a checkpoint may name, each with an inert stand-in of ours.

Nothing is looked up outside this table: what is not in it becomes a Placeholder, which is an error only
where weights are expected. What can only be meant to run code is refused at once.
"""

from collections import OrderedDict
from typing import Any, Callable, Dict

from job.checkpoint import numpy_pickles
from job.checkpoint.pickle_machine import Global, as_key, shown
from job.checkpoint.tensor_views import tensor, tensor_of_dtype
from job.errors import BadCheckpoint

# Modules whose functions no checkpoint has an honest reason to call.
NEVER = frozenset(
    "os posix nt subprocess sys shutil socket importlib runpy pty pdb code codeop ctypes webbrowser platform "
    "commands popen2 timeit cProfile profile trace bdb pip asyncio multiprocessing threading signal ssl "
    "urllib http ftplib smtplib requests io tempfile pickle _pickle cPickle marshal dill cloudpickle".split()
)
NEVER_BUILTINS = frozenset(
    "eval exec compile open input __import__ execfile getattr setattr delattr globals locals vars breakpoint "
    "exit quit apply".split()
)
MOST_ARGUMENTS = 16  # of a function that rebuilds a tensor


def refuse(module: str, name: str) -> None:
    builtin = module in ("builtins", "__builtin__") and name.split(".")[0] in NEVER_BUILTINS
    if module.split(".")[0] in NEVER or builtin:
        raise BadCheckpoint(
            "it would run {}.{} when it is loaded; nothing of it was run".format(module, name),
            hint="do not load this file with PyTorch either; ask its maker for a state dict or safetensors",
        )


def find_global(module: str, name: str) -> Global:
    refuse(module, name)
    full = "{}.{}".format(module, name)
    return Global(full, ALLOWED.get(full))


def _parameter(data: Any, *rest: Any) -> Any:
    return data


def _subclass(function: Any, kind: Any, args: Any, state: Any) -> Any:
    """torch._tensor._rebuild_from_type_v2: a tensor and the attributes someone hung on it."""
    if not isinstance(function, Global) or function.build not in (tensor, tensor_of_dtype, _parameter):
        raise ValueError("made by {}".format(getattr(function, "name", "no function")))
    if len(args) > MOST_ARGUMENTS:
        raise ValueError("{} arguments".format(len(args)))
    return function.build(*args)


def _ordered_dict(items: Any = ()) -> "OrderedDict[Any, Any]":
    if isinstance(items, dict):
        return OrderedDict(items)
    return OrderedDict((as_key(pair[0]), pair[1]) for pair in items)


def _bytearray(data: Any = b"", encoding: str = "latin1") -> Any:
    return data


def _list(items: Any = ()) -> Any:
    return list(items)


def _encode(text: str, encoding: str = "latin1") -> bytes:
    if encoding not in ("latin1", "latin-1", "utf-8", "ascii"):
        raise ValueError("encoding " + shown(encoding))
    return text.encode(encoding)


def _defaultdict(factory: Any = None, items: Any = ()) -> "OrderedDict[Any, Any]":
    return _ordered_dict(items)


def _allowed() -> Dict[str, Callable[..., Any]]:
    table = {
        "torch._utils._rebuild_tensor": tensor,
        "torch._utils._rebuild_tensor_v2": tensor,
        "torch._utils._rebuild_tensor_v3": tensor_of_dtype,
        "torch._utils._rebuild_parameter": _parameter,
        "torch._utils._rebuild_parameter_with_state": _parameter,
        "torch._utils._rebuild_device_tensor_from_cpu_tensor": _parameter,
        "torch._utils._rebuild_device_tensor_from_numpy": _parameter,
        "torch._utils._rebuild_xla_tensor": _parameter,
        "torch.nn.parameter.Parameter": _parameter,
        "torch._tensor._rebuild_from_type_v2": _subclass,
        "torch.Size": lambda sizes=(): tuple(sizes),
        "torch.device": lambda *args: "device",
        "collections.OrderedDict": _ordered_dict,
        "collections.defaultdict": _defaultdict,
        "collections.Counter": _ordered_dict,
        "_codecs.encode": _encode,
    }  # type: Dict[str, Callable[..., Any]]
    for kind in ("int", "double", "bool", "tensor"):
        table["torch.jit._pickle.build_{}list".format(kind)] = _list
    for builtins in ("builtins", "__builtin__"):
        for name in ("list", "set", "frozenset", "tuple"):
            table["{}.{}".format(builtins, name)] = _list
        table[builtins + ".dict"] = _ordered_dict
        table[builtins + ".bytearray"] = _bytearray
    table.update(numpy_pickles.ALLOWED)
    return table


ALLOWED = _allowed()
