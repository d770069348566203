"""Where libraries write while they are imported, and we for a moment."""
import os
import tempfile

from job.errors import NoPermission, job_error_from_oserror

_HINT = "let there be one of a few MB: docker run --tmpfs /tmp, an emptyDir, or TMPDIR=FOLDER"


def check() -> None:
    """Raises NoPermission where no folder for temporary files can be written to, EnvironmentFailed where it is full."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:  # it looks at all usual places, and says of none what is wrong there
        folder = os.environ.get("TMPDIR", "/tmp")
        raise _refusal(folder) from None


def _refusal(folder: str) -> Exception:
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            file.write(b"x")
    except OSError as error:
        found = job_error_from_oserror(error, "writing temporary files to {}".format(folder))
        if os.path.isdir(folder) and not isinstance(found, NoPermission):
            return found
    return NoPermission("there is no folder for temporary files that can be written to", hint=_HINT)
