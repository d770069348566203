"""How often the published files are right; runs in a process of its own that has TensorFlow."""
from pathlib import Path

import numpy as np

from job import determinism
from job.axes import published

determinism.silence_libraries()
with determinism.held_back_stderr():
    from job.tensorflow_model.runners import TFLiteRunner
from job.demo.digits import held_out_pictures, share_right


class Judge:
    """An actor for job.processes.actors.side_with()."""

    def share_right(self, tflite: Path) -> float:
        """The share of held-out pictures that a .tflite file gets right, one picture at a time."""
        pictures = held_out_pictures()
        x_nhwc = pictures.images.transpose(published(4))
        with TFLiteRunner(tflite) as run:
            scores = np.concatenate([run(x_nhwc[row:row + 1])[0] for row in range(len(x_nhwc))])
        return share_right(scores, pictures.labels)
