"""The tensors of every architecture, as data: fingerprints.json, written by scripts/fingerprints.

A network is a tree of modules, and most modules look alike: each is kept once, under a digest of what is in it, as
its tensors' shapes and the digests of the modules in it. A module of a single tensor has no row of its own.

    "modules":  {"c48e2f16": {"weight": "64", "bias": "64", ...}, "9b1d03aa": {"conv1.weight": "64,3,7,7", "bn1": "#c48e2f16"}}
    "networks": [["resnet18", {}, "9b1d03aa"], ...]
"""
import functools
import hashlib
import json
from collections import OrderedDict
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Tuple

from job.architectures.recognition.sizes import Pattern, pattern_of, text_of

FILE = Path(__file__).with_name("fingerprints.json")
REFERENCE = "#"
DIGITS = 8


class Fingerprint(NamedTuple):
    architecture: str
    arch_args: Mapping[str, Any]  # beside those that the tensors' sizes tell
    tensors: Mapping[str, Pattern]  # by key; those that only training reads are left out


Modules = Dict[str, Mapping[str, str]]


@functools.lru_cache(maxsize=None)
def fingerprints(file: Path = FILE) -> Tuple[Fingerprint, ...]:
    content = json.loads(file.read_text(encoding="utf-8"))
    unpacked = {}  # type: Dict[str, Mapping[str, Pattern]]
    return tuple(Fingerprint(name, arch_args, _tensors(root, content["modules"], unpacked))
                 for name, arch_args, root in content["networks"])


def written(every: Iterable[Fingerprint]) -> str:
    """The file's text; equal fingerprints give equal bytes, and a new network changes no other's rows."""
    modules = {}  # type: Modules
    networks = [[each.architecture, OrderedDict(sorted(each.arch_args.items())), _packed(each.tensors, modules)]
                for each in every]
    rows = ["{}: {}".format(json.dumps(digest), _compact(modules[digest])) for digest in sorted(modules)]
    return '{{"modules": {{\n{}\n}},\n"networks": [\n{}\n]}}\n'.format(
        ",\n".join(rows), ",\n".join(map(_compact, networks)))


def _tensors(digest: str, modules: Modules, unpacked: Dict[str, Mapping[str, Pattern]]) -> Mapping[str, Pattern]:
    if digest not in unpacked:
        found = {}  # type: Dict[str, Pattern]
        for name, text in modules[digest].items():
            if text.startswith(REFERENCE):
                inner = _tensors(text[len(REFERENCE):], modules, unpacked)
                found.update((name + "." + key, pattern) for key, pattern in inner.items())
            else:
                found[name] = pattern_of(text)
        unpacked[digest] = found
    return unpacked[digest]


def _packed(tensors: Mapping[str, Pattern], modules: Modules) -> str:
    """The digest of the module that holds these tensors, now among `modules` as all that are in it."""
    parts = OrderedDict()  # type: Dict[str, List[str]]
    for key in tensors:
        parts.setdefault(key.partition(".")[0], []).append(key)
    module = OrderedDict()  # type: Dict[str, str]
    for name, keys in parts.items():
        if len(keys) == 1:
            module[keys[0]] = text_of(tensors[keys[0]])
        else:
            inside = OrderedDict((key[len(name) + 1:], tensors[key]) for key in keys)
            module[name] = REFERENCE + _packed(inside, modules)
    digest = hashlib.sha256(_compact(module).encode()).hexdigest()[:DIGITS]
    if modules.setdefault(digest, module) != module:
        raise ValueError("two modules have the digest {}: make digests longer".format(digest))
    return digest


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
