"""Names that no folder of a user's is read for."""

_UNFINISHED = (".tmp", ".part")


def is_unread(name: str) -> bool:
    """Hidden, still being written, or a file system's own, into which not everybody may look."""
    return name.startswith(".") or name.lower().endswith(_UNFINISHED) or name == "lost+found"
