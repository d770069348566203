"""How large the container image is, as Docker counts it and as it travels."""
import subprocess
from typing import NamedTuple

CHUNK = 1 << 20  # bytes


class ImageSize(NamedTuple):
    uncompressed: int  # bytes
    gzip: int  # bytes of `docker save`, packed with gzip -6


def image_size(image: str) -> ImageSize:
    """CalledProcessError where Docker does not know the image."""
    inspect = ["docker", "image", "inspect", "--format={{.Size}}", image]
    uncompressed = int(subprocess.check_output(inspect))
    save = subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE)
    pack = subprocess.Popen(["gzip", "-6"], stdin=save.stdout, stdout=subprocess.PIPE)
    save.stdout.close()  # so that docker notices if gzip dies
    packed = sum(len(chunk) for chunk in iter(lambda: pack.stdout.read(CHUNK), b""))
    for process in (pack, save):
        if process.wait() != 0:
            raise subprocess.CalledProcessError(process.returncode, process.args)
    return ImageSize(uncompressed, packed)
