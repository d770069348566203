"""What could make two runs differ, fixed: environment, seeds, the order of protobuf's maps."""
import contextlib
import hashlib
import io
import logging
import os
import random
import sys
import time
import warnings
from pathlib import Path
from typing import Any, Dict, Iterator, Mapping, Sequence

# Settings of the libraries that a user's shell may carry: any may change a result, or what is printed.
_LIBRARY_PREFIXES = (
    "BLIS_", "CUDA_", "DNNL_", "GOMP_", "KERAS_", "KMP_", "MKLDNN_", "MKL_", "NUMEXPR_", "OMP_", "OPENBLAS_",
    "ORT_", "PROTOCOL_BUFFERS_", "PYTORCH_", "TF_", "TORCH_", "XLA_",
)
_LOCALE_PREFIXES = ("LANG", "LC_")
_FIXED = {
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    # Spinning threads cost torch more than they give, and the sums of a fixed count are always the same.
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # numpy 1.16's OpenBLAS does not know later processors: its kernels for this one run on all of them.
    "OPENBLAS_CORETYPE": "Nehalem",
    # The same code path whatever the alignment of an array in memory.
    "MKL_CBWR": "AUTO",
    "CUDA_VISIBLE_DEVICES": "",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    # XLA compiles nothing here: then it need not look at every node for whether it could.
    "TF_XLA_FLAGS": "--tf_xla_clustering_fuel=0",
    # Holds a keras.json, so that Keras neither reads the user's nor writes one.
    "KERAS_HOME": str(Path(__file__).resolve().parent / "keras_home"),
}
_NOISY = r"(tensorflow|tensorboard|keras|onnx2keras|numpy|torch|torchvision|onnx|google)(\.|$)"


def settled_environment(environment: Mapping[str, str]) -> Dict[str, str]:
    """The environment without what could reach a result, and with what the job fixes."""
    dropped = _LIBRARY_PREFIXES + _LOCALE_PREFIXES
    kept = {key: value for key, value in environment.items() if not key.startswith(dropped)}
    return {**kept, **_FIXED}


def settle_process() -> None:
    """Make this process and all that it forks independent of the user's shell; before numpy is imported."""
    settled = settled_environment(os.environ)
    for key in set(os.environ) - set(settled):
        del os.environ[key]
    os.environ.update(settled)
    time.tzset()
    os.umask(0o022)


def silence_libraries() -> None:
    """Keep the libraries' deprecation notes off stderr; warnings of our own and the job's log still show."""
    for category in (FutureWarning, DeprecationWarning, PendingDeprecationWarning):
        warnings.filterwarnings("ignore", category=category, module=_NOISY)
    for name in ("tensorflow", "absl", "onnx2keras"):
        logging.getLogger(name).setLevel(logging.ERROR)


@contextlib.contextmanager
def held_back_stderr() -> Iterator[None]:
    """Hold Python's stderr back while Keras is imported, which greets there; shown if the import fails."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            yield
    except BaseException:
        sys.stderr.write(said.getvalue())
        raise


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Python's, numpy's and a loaded torch's random numbers start at `seed`; put back at the end."""
    import numpy

    torch = sys.modules.get("torch")
    before = random.getstate(), numpy.random.get_state(), torch.get_rng_state() if torch else None
    random.seed(seed)
    numpy.random.seed(seed)
    if torch:
        torch.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(before[0])
        numpy.random.set_state(before[1])
        if torch:
            torch.set_rng_state(before[2])


def canonical_bytes(message: Any) -> bytes:
    """A protobuf message as bytes, its maps in the order of their keys."""
    return message.SerializeToString(deterministic=True)


def digest_of(arrays: Sequence[Any]) -> str:
    """SHA-256 of what arrays hold, in hexadecimal: by it samples are told apart, whatever they are called."""
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()
