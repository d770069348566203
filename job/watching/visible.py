"""Text for a terminal, of which parts were written by others: file names, keys of checkpoints."""

_DIRECTIONS = (0x61c, 0x200e, 0x200f, *range(0x2028, 0x202f), *range(0x2066, 0x206a))  # of writing, and ends of lines
_CONTROLS = {code: "\\x{:02x}".format(code) for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"}
_CONTROLS.update((code, "\\u{:04x}".format(code)) for code in _DIRECTIONS)


def readable(text: str) -> str:
    """With what is no character, such as a byte of a name that is not UTF-8, as an escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def visible(text: str) -> str:
    """Without what would move the cursor, change colours or turn the direction of writing there; lines stay lines."""
    return text.translate(_CONTROLS)
