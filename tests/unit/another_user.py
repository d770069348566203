"""What another user may do."""
import os
import pickle

import pytest

NOBODY = 65534
root_only = pytest.mark.skipif(os.getuid() != 0, reason="mounting and becoming another user take root")


def as_nobody(action):
    """What `action` raises in a process of another user, or None."""
    here, there = os.pipe()
    process = os.fork()
    if not process:
        error = None
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            action()
        except Exception as raised:
            error = raised
        finally:
            os.write(there, pickle.dumps(error))
            os._exit(0)
    os.close(there)
    os.waitpid(process, 0)
    with os.fdopen(here, "rb") as answer:
        return pickle.load(answer)
