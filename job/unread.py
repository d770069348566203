"""Names that no folder of a user's is read for."""

FILE_SYSTEMS_OWN = "lost+found"  # into which not everybody may look
_UNFINISHED = (".tmp", ".part")


def is_unread(name: str) -> bool:
    """Hidden, still being written, or a file system's own."""
    return name.startswith(".") or name.lower().endswith(_UNFINISHED) or name == FILE_SYSTEMS_OWN
