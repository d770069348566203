"""The same network with fewer operators: each part of this takes out what another may have laid bare."""
from job.tensorflow_model.flatbuffer.tflite_file import TFLiteFile
from job.tensorflow_model.plumbing.equal_operators import without_equal_operators
from job.tensorflow_model.plumbing.idle_operators import without_idle_operators
from job.tensorflow_model.plumbing.reshape_chains import without_reshape_chains
from job.tensorflow_model.plumbing.reshapes_below import with_reshapes_below
from job.tensorflow_model.plumbing.work_on_rows import with_work_on_rows

_PARTS = (without_idle_operators, without_reshape_chains, without_equal_operators, with_reshapes_below,
          with_work_on_rows)


def without_plumbing(file: TFLiteFile) -> TFLiteFile:
    """The very same file where there is nothing to take out. Answers are the same to the last bit."""
    while True:
        before = file
        for part in _PARTS:
            file = part(file)
        if file is before:
            return file
