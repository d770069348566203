"""interface.json: what an app developer needs to use the published files without their source."""
from typing import Any, Dict, Mapping, Optional, Sequence

from job.report.documents import ordered
from job.values import Model, TensorFacts

MINIMUM_RUNTIME = {"saved_model": "TensorFlow 1.14.0", "float16": "TensorFlow Lite 1.15.0"}
MINIMUM_TFLITE = "TensorFlow Lite 1.14.0"
_LETTERS = {4: "NCHW", 5: "NCDHW"}


def interface(
    inputs: Sequence[TensorFacts],
    outputs: Sequence[TensorFacts],
    models: Sequence[Model],
    fixed_batch: str = "",
    preprocess: Optional[Mapping[str, Any]] = None,
    labels: Optional[Sequence[str]] = None,
) -> Dict[str, Any]:
    """The document; ``fixed_batch`` says why the SavedModel takes one batch size only, if it does.

    A file's tensors are matched by name: raises ValueError where it has other ones.
    """
    return {
        "inputs": [_tensor(facts) for facts in inputs],
        "outputs": [_tensor(facts) for facts in outputs],
        "files": {model.file: _file(model, inputs, outputs, fixed_batch) for model in models},
        "preprocess": None if preprocess is None else ordered(preprocess),
        "labels": None if labels is None else list(labels),
    }


def layout(permutation: Sequence[int]) -> str:
    """NHWC and its like for tensors of rank 4 and 5; else whether the axes are as in PyTorch."""
    letters = _LETTERS.get(len(permutation))
    if letters:
        return "".join(letters[axis] for axis in permutation)
    return "as in PyTorch" if list(permutation) == sorted(permutation) else "permuted"


def _tensor(facts: TensorFacts) -> Dict[str, Any]:
    return {
        "name": facts.name,
        "dtype": facts.dtype,
        "shape": list(facts.shape),
        "pytorch_shape": list(facts.pytorch_shape),
        "permutation": list(facts.permutation),
        "layout": layout(facts.permutation),
        "quantization": None,
        **({"indices_below": facts.indices_below} if facts.indices_below else {}),
        **({"values_within": list(facts.values_within)} if facts.values_within else {}),
    }


def _file(
    model: Model, inputs: Sequence[TensorFacts], outputs: Sequence[TensorFacts], fixed_batch: str
) -> Dict[str, Any]:
    return {
        "mode": model.mode,
        "minimum_runtime": MINIMUM_RUNTIME.get(model.mode, MINIMUM_TFLITE),
        "batch": _batch(model, inputs, fixed_batch),
        "inputs": _declared(model.file, inputs, model.inputs),
        "outputs": _declared(model.file, outputs, model.outputs),
        "bytes": model.size,
        "nodes": model.nodes,
        "plumbing": model.plumbing,
        "operators": ordered(model.operators),
        "float_operators": ordered(model.float_operators),
        "input_ranges": {name: list(model.ranges[name]) for name in sorted(model.ranges)},
    }


def _batch(model: Model, inputs: Sequence[TensorFacts], fixed_batch: str) -> Dict[str, Any]:
    if model.mode == "saved_model" and not fixed_batch:
        return {"size": "any", "reason": None}
    reason = fixed_batch if model.mode == "saved_model" else "a .tflite has the batch of --input-shape"
    return {"size": inputs[0].pytorch_shape[0] if inputs and inputs[0].pytorch_shape else 1, "reason": reason}


def _declared(
    file: str, facts: Sequence[TensorFacts], declared: Sequence[Mapping[str, Any]]
) -> Sequence[Dict[str, Any]]:
    """The tensors in PyTorch's order, with type, shape and quantisation as the file itself has them."""
    by_name = {tensor["name"]: tensor for tensor in declared}
    expected = sorted(each.name for each in facts)
    if sorted(tensor["name"] for tensor in declared) != expected:
        raise ValueError("{} has the tensors {}, not {}".format(file, sorted(by_name), expected))
    return [_as_declared(_tensor(each), by_name[each.name]) for each in facts]


def _as_declared(tensor: Dict[str, Any], declared: Mapping[str, Any]) -> Dict[str, Any]:
    shape = [None if size is None or size < 0 else int(size) for size in declared["shape"]]  # null: any
    quantization = ordered(declared.get("quantization"))
    return dict(tensor, dtype=declared["dtype"], shape=shape, quantization=quantization)
