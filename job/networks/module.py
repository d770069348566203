"""A checkpoint's weights in its module, traced."""
import itertools
from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Sequence, Tuple

import numpy as np
import torch

from job.architectures.module import load_module
from job.axes import published
from job.errors import BadCheckpoint, UsageError
from job.networks.fixed_inputs import refuse_fixed_inputs
from job.networks.indices import with_indices_that_fit
from job.networks.rounding import in_float64, rounding_of_range
from job.networks.training_spread import training_spread
from job.networks.weights import with_nan
from job.onnx_model.export import traced_graph
from job.onnx_model.graph import Graph
from job.onnx_model.outputs import FlatOutputs, output_names
from job.onnx_model.repeatable import Repeated, asked_again
from job.onnx_model.symbolic import gaps_filled
from job.onnx_model.trace import first_difference, forward, trace
from job.parity.probes import Probe, make_probes
from job.processes.shared_values import Known
from job.settings.settings import DEFAULT_INPUT_NAME, DEFAULT_OUTPUT_NAMES, Settings
from job.settings.tensor_values import InputShape
from job.user_code.failure import BadModelCode
from job.user_code.meaning import doubts
from job.values import CheckpointFacts, Shape, TensorFacts, TrainingSpread


class ModuleNetwork:
    """A module in eval mode; PyTorch runs it."""

    reference = "pytorch"  # the stage that it answers

    def __init__(self, module: FlatOutputs, inputs: Tuple[TensorFacts, ...], example: Sequence[torch.Tensor],
                 facts: CheckpointFacts, freezes: Sequence[str], computes_with_batch: bool,
                 refuse_writes: Callable[[], None]) -> None:
        self._module, self._example, self._refuse_writes = module, example, refuse_writes
        self.inputs, self.facts, self.freezes = inputs, facts, freezes
        self.computes_with_batch = computes_with_batch

    @classmethod
    def read(cls, checkpoint: Path, settings: Settings, known: Known = Known()) -> Tuple["ModuleNetwork", Graph]:
        """`known`: traces of modules that were built alike."""
        refuse_fixed_inputs(settings, checkpoint.name)
        loaded = load_module(checkpoint, settings)
        module = FlatOutputs(loaded.module)
        inputs = with_indices_that_fit(_inputs(settings, loaded.default_input_shape),
                                       lambda arrays: forward(module, list(map(torch.from_numpy, arrays))), (BadModelCode,))
        example = [torch.from_numpy(array) for array in make_probes(inputs, 1)[0].inputs]
        names = [facts.name for facts in inputs]
        repeated = asked_again(module, example) if settings.model_code else Repeated((), False)
        decided_by = loaded.built_from and repr((loaded.built_from, inputs, settings.output_names)).encode()
        traced = known.value(decided_by and [decided_by], lambda: traced_graph(
            module, example, names,
            lambda network: output_names(network, settings.output_names, DEFAULT_OUTPUT_NAMES, names)))
        facts = loaded.facts._replace(notes=loaded.facts.notes + repeated.notes + doubts() + traced.freezes)
        network = cls(module, inputs, example, facts, traced.freezes, repeated.computes_with_batch, loaded.refuse_writes)
        return network, traced.of(module)

    def forward(self, probe: Probe) -> Tuple[np.ndarray, ...]:
        answers = forward(self._module, list(map(torch.from_numpy, probe.inputs)))
        self._refuse_writes()  # its weights may be the mapped file itself
        return answers

    def layers(self, probe: Probe) -> Mapping[str, np.ndarray]:
        """What each module of the network returned first, by its path."""
        values = {}
        hooks = [module.register_forward_hook(_keep(path, values)) for path, module
                 in self._module.network.named_modules()]
        self.forward(probe)
        for hook in hooks:
            hook.remove()
        return values

    def weights_with_nan(self) -> Sequence[str]:
        network = self._module.network
        return with_nan((name, tensor.detach().numpy()) for name, tensor in
                        itertools.chain(network.named_parameters(), network.named_buffers()))

    def training_spread(self, probes: Sequence[Probe]) -> Optional[TrainingSpread]:
        """job.networks.training_spread.training_spread."""
        return training_spread(self._module.network, self.forward, probes)

    def rounding_of_range(self, probe: Probe) -> Optional[float]:
        """job.networks.rounding.rounding_of_range."""
        exact = in_float64(self._module, list(map(torch.from_numpy, probe.inputs)))
        return rounding_of_range(lambda inputs: self.forward(probe._replace(inputs=inputs)), probe.inputs, exact)

    def frozen_by(self, probe: Probe) -> Sequence[str]:
        """Sentences on the network's own lines for which a trace of one input does not hold for the probe."""
        with gaps_filled():
            place = first_difference(trace(self._module, self._example).graph,
                                     trace(self._module, list(map(torch.from_numpy, probe.inputs))).graph)
        if place and not self.freezes:
            return ["{} treats one input otherwise than another: a trace keeps one way for all".format(place)]
        return [told for told in self.freezes if told.startswith("{} ".format(place))] or self.freezes


def _keep(path: str, values: dict):
    def hook(module: torch.nn.Module, inputs: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor):
            values.setdefault(path, output.numpy().copy())
    return hook


def _inputs(settings: Settings, default: Optional[Shape]) -> Tuple[TensorFacts, ...]:
    named, names = settings.input_shapes, settings.input_names
    if default and not named:
        named, names = (InputShape(None, default),), names or (DEFAULT_INPUT_NAME,)
    if not named:
        raise BadCheckpoint("nothing says what shape the network's input has",
                            hint="give it as PyTorch has it, with the batch: --input-shape=1,3,224,224")
    if len(names) != len(named):
        raise UsageError("{} input shapes, {} input names: {}".format(len(named), len(names), ", ".join(names)),
                         hint="one name for each shape", about=("input_shape", "input_names"))
    return tuple(TensorFacts(name, each.dtype, tuple(each.shape), published(len(each.shape)))
                 for name, each in zip(names, named))
