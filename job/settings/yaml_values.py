"""YAML that can only say plain data, bounded in size; used for sidecars and for flags in braces.

Types are YAML 1.2's: 1e-5 is a number, and no, on, 010 and 1:30 are text. Duplicate keys, anchors and
tags are refused, so that what is read is what is written and is never larger.
"""
import functools
import re
from typing import Any

MOST_BYTES = 1 << 19
_LONGEST_NUMBER = 400

_NULL = re.compile(r"^(?:~|null|Null|NULL|None|)$")
_BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
_INT = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$")
_FLOAT = re.compile(r"^[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$")


def value_from_yaml(text: str) -> Any:
    """The value a document holds; ValueError, with the line, where it is not plain data."""
    if len(text) > MOST_BYTES:
        raise ValueError("more than {} bytes".format(MOST_BYTES))
    import yaml  # only where there is YAML to read: 30 ms

    try:
        return yaml.load(text, Loader=_loader())
    except yaml.YAMLError as error:
        raise ValueError(_told(error)) from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _told(error: Any) -> str:
    """What is wrong and where, without the parser's own words of what it was about to do."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return " ".join(str(error).split())
    problem = "a tab: YAML takes spaces" if r"'\t'" in error.problem else error.problem
    return "line {}, column {}: {}".format(mark.line + 1, mark.column + 1, problem)


@functools.lru_cache(maxsize=None)
def _loader() -> Any:
    import yaml

    class PlainLoader(yaml.SafeLoader):
        """SafeLoader without guesses, aliases and second values of a key."""

        yaml_implicit_resolvers = {}  # type: ignore

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.peek_event()
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise yaml.MarkedYAMLError(problem="anchors are not allowed", problem_mark=event.start_mark)
            if getattr(event, "tag", None):
                raise yaml.MarkedYAMLError(problem="tags are not allowed", problem_mark=event.start_mark)
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen = set()
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise yaml.MarkedYAMLError(problem="a key must be a word", problem_mark=key.start_mark)
                if ":" in key.value and key.style is None and value.value == "":
                    raise yaml.MarkedYAMLError(problem="{}: a blank must follow the colon".format(key.value),
                                               problem_mark=key.start_mark)
                if key.value in seen:
                    raise yaml.MarkedYAMLError(problem="{} is given twice".format(key.value),
                                               problem_mark=key.start_mark)
                seen.add(key.value)
            return super().construct_mapping(node, deep)

    for kind, pattern, first in (
        ("null", _NULL, list("~nN") + [""]), ("bool", _BOOL, list("tTfF")),
        ("int", _INT, list("-+0123456789")), ("float", _FLOAT, list("-+.0123456789")),
    ):
        PlainLoader.add_implicit_resolver("tag:yaml.org,2002:" + kind, pattern, first)
    for kind, number in (("int", int), ("float", float)):
        PlainLoader.add_constructor("tag:yaml.org,2002:" + kind, functools.partial(_number, number))
    return PlainLoader


def _number(kind: Any, loader: Any, node: Any) -> Any:
    import yaml

    if len(node.value) > _LONGEST_NUMBER:
        raise yaml.MarkedYAMLError(problem="a number this long is not one", problem_mark=node.start_mark)
    return kind(node.value)
