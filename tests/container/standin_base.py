"""A base image made on this machine, for where the registry of the real one cannot be reached.

The real one is `python:3.6-slim`. This one is Debian bookworm without extras, with this machine's Python 3.6
in /usr/local as there: same version, same paths, same kind of system underneath.
"""
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from docker_client import Docker

# What Python's own extension modules link to, beside what an essential system has.
PACKAGES = ("ca-certificates", "netbase", "tzdata", "libssl3", "libffi8", "libsqlite3-0", "libreadline8",
            "libncursesw6", "libnsl2", "libexpat1", "libuuid1")
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
BIN = ("python", "python3", "python3.6")
NOT_COPIED = shutil.ignore_patterns("test", "tests", "__pycache__", "site-packages", "*.a")


def base_image(docker: Docker, prefix: Path, certificates: Path) -> str:
    """The stand-in's tag; made when the daemon does not have it, in about half a minute.

    `prefix` is where Python 3.6 is installed. `certificates`, the authorities that this machine trusts, lets
    the build reach a package registry from inside.
    """
    recipe = Path(__file__).read_bytes() + str(prefix).encode() + certificates.read_bytes()
    tag = "pt2tflite-stand-in:" + hashlib.sha256(recipe).hexdigest()[:16]
    if not docker.has_image(tag):
        with tempfile.TemporaryDirectory(prefix="pt2tflite-base-") as folder:
            archive = _archive(Path(folder), prefix, certificates)
            docker("import", "--change", "ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                   "--change", "CMD [\"python3\"]", str(archive), tag)
    return tag


def _archive(folder: Path, prefix: Path, certificates: Path) -> Path:
    root = folder / "root"
    _run("mmdebstrap", "--quiet", "--variant=minbase", "--include=" + ",".join(PACKAGES), "bookworm",
         str(root))
    shutil.copy(str(certificates), str(root / CERTIFICATES))
    _copy_python(prefix, root / "usr" / "local")
    _run("ldconfig", "-r", str(root))
    _run("chroot", str(root), "/usr/local/bin/python3.6", "-m", "ensurepip")
    archive = folder / "base.tar"
    _run("tar", "--create", "--numeric-owner", "--directory", str(root), "--exclude=./dev/*",
         "--file", str(archive), ".")
    return archive


def _copy_python(prefix: Path, target: Path) -> None:
    """The interpreter and its library without installed packages, where the real base has them."""
    for name in BIN:
        shutil.copy2(str(prefix / "bin" / name), str(target / "bin" / name), follow_symlinks=False)
    for library in (prefix / "lib").glob("libpython3*.so*"):
        shutil.copy2(str(library), str(target / "lib" / library.name), follow_symlinks=False)
    shutil.copytree(str(prefix / "lib" / "python3.6"), str(target / "lib" / "python3.6"), symlinks=True,
                    ignore=NOT_COPIED)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.PIPE)
