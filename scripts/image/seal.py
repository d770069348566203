"""Makes a layer's bytes depend on its content only: `PYTHONHASHSEED=0 seal.py FOLDER`.

Compiled modules carry the time of their source, and a layer the time of each file: all become one fixed time.
The compiler's output depends on the order of sets, hence the fixed hash seed, and on what the process
compiled before, hence one process for a whole layer.
"""
import compileall
import os
import sys

FIXED_TIME = 946684800  # 2000-01-01 UTC; a zip file cannot say anything before 1980


def seal(folder: str) -> None:
    """Compiles every module under `folder`, which becomes / in the image, and fixes all times.

    Packages carry a few files in other dialects of Python; those stay uncompiled, as at installation.
    """
    fix_times(folder)
    compileall.compile_dir(folder, ddir="/", maxlevels=100, force=True, quiet=2)
    fix_times(folder)


def fix_times(folder: str) -> None:
    for parent, folders, files in os.walk(folder, topdown=False):
        for name in folders + files:
            os.utime(os.path.join(parent, name), (FIXED_TIME, FIXED_TIME), follow_symlinks=False)
    os.utime(folder, (FIXED_TIME, FIXED_TIME))


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        sys.exit("seal.py: set PYTHONHASHSEED=0, or two builds of one source differ")
    seal(sys.argv[1])
