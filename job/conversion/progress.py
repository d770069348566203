"""What is known of a conversion so far: a report of it can be made at any moment."""
import contextlib
import time
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from job.parity.probes import Probe
from job.publish import digest_of_settings
from job.report.parity import parity_report
from job.report.settings_document import settings_document
from job.settings.settings import Settings
from job.values import CheckpointFacts, StageParity, Unusual
from job.version import own_version
from job.watching import log


class Progress:
    """Filled stage by stage; the only value of a conversion that changes."""

    def __init__(self, name: str, settings: Optional[Settings] = None) -> None:
        self.name = name
        self.started = time.time()
        self.settings = settings_document(settings) if settings is not None else {}
        self.job_version = own_version()
        self.versions = {"job": self.job_version}
        self.checkpoint = None  # type: Optional[CheckpointFacts]
        self.multiply_adds = None  # type: Optional[int]
        self.probes = ()  # type: Tuple[Probe, ...]
        self.stages = []  # type: List[StageParity]
        self.warnings = ()  # type: Sequence[Unusual]
        self.accuracy = None  # type: Optional[Mapping[str, Any]]
        self.calibration = None  # type: Optional[Mapping[str, Any]]
        self.float_operators = {}  # type: Dict[str, Mapping[str, int]]
        self.spared_layers = ()  # type: Sequence[str]
        self.seconds = {}  # type: Dict[str, float]
        self.peak_memory = 0

    @property
    def settings_digest(self) -> str:
        return digest_of_settings(self.settings)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A line in the log, and the seconds for run.json."""
        with log.stage(name, self.name) as timing:
            yield
        self.seconds[name] = timing.seconds

    def report(self, failure: Optional[Mapping[str, Any]] = None) -> Dict[str, Any]:
        return parity_report(
            self.stages, self.probes, self.checkpoint, self.settings, self.versions, failure, accuracy=self.accuracy,
            warnings=self.warnings, calibration=self.calibration, float_operators=self.float_operators,
            multiply_adds=self.multiply_adds, spared_layers=self.spared_layers)
