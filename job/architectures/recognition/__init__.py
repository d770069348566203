"""The architecture that a checkpoint is of, told by its tensors' keys and shapes; no network is built for it."""
from job.architectures.recognition.matching import Fit
from job.architectures.recognition.recognise import Recognition, recognition_of
from job.architectures.recognition.telling import evidence, note_of, recognised

__all__ = ["Fit", "Recognition", "evidence", "note_of", "recognised", "recognition_of"]
