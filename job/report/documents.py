"""JSON documents as bytes, and the schemas that describe them."""
import json
import re
from pathlib import Path
from typing import Any, Mapping

_SCHEMAS = Path(__file__).resolve().parent / "schemas"
_HALF = re.compile("[\ud800-\udfff]")  # of a character: what Python makes of bytes that are no text


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """The same bytes for the same document; NaN and infinities are refused (ValueError).

    A file name that is not UTF-8 stays readable: an odd byte becomes the text \\udcff. JSON's own escape of it would be half
    a character, which strict readers refuse.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return _HALF.sub(lambda half: r"\\u{:x}".format(ord(half.group())), text).encode("utf-8")


def read_document(file: Path) -> Any:
    """What a JSON file holds, whoever wrote it; ValueError where it is none."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def schema(name: str) -> Mapping[str, Any]:
    """The JSON schema (draft 7) of parity, interface, summary or run."""
    return read_document(_SCHEMAS / (name + ".schema.json"))


def ordered(value: Any) -> Any:
    """The value as JSON has it, mappings sorted by key."""
    if isinstance(value, Mapping):
        return {str(key): ordered(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, (list, tuple)):
        return [ordered(each) for each in value]
    return value
