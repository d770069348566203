"""An output volume such as NFS: a file that is removed while it is open stays there under another name."""
import subprocess
import sys

import pytest

from tests.faults.jobs import CHECKOUT, published, words, write_checkpoints

SEEN_WHEN_PUBLISHED = """
import glob, os, sys
from job.__main__ import main
from job.publish import published

def listed(folder, digests):
    for link in glob.glob("/proc/[0-9]*/fd/*"):
        try:
            target = os.readlink(link)
        except OSError:
            continue
        if target.startswith(str(folder) + "/") and target.endswith(" (deleted)"):
            print("removed and open:", target, flush=True)
    print("looked", flush=True)
    write_checksums(folder, digests)

write_checksums, published.write_checksums = published.write_checksums, listed
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("flags", [(), ("--quantize=dynamic,float16,int8,int8-io,uint8-io",)])
def test_nothing_in_the_models_folder_is_removed_while_it_is_open(tmp_path, flags):
    """It would be published, listed in SHA256SUMS, and gone a moment later: never current, and never verified."""
    inputs, out = write_checkpoints(tmp_path / "in", 1), tmp_path / "out"
    job = subprocess.run([sys.executable, "-c", SEEN_WHEN_PUBLISHED] + words(inputs, out, *flags), cwd=str(CHECKOUT),
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    assert job.returncode == 0 and list(published(out)) == ["net0"], job.stderr
    assert job.stdout == "looked\n"
