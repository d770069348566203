"""The weights of an int8 file, rounded anew for what its layers read: see `answering_weights`.

What a layer reads is made by the layers before it as they will be. Layers behind what computes in float keep their weights.
Weights of several layers, as of a network that is asked twice or of a recurrent one's steps, are fitted once, for what all of
them read of what is made before any are fitted.
"""
import heapq
from collections import Counter
from typing import Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from job.determinism import digest_of
from job.tensorflow_model.flatbuffer.tflite_file import WEIGHTS, TFLiteFile
from job.tensorflow_model.quantised.answering_weights import answering_weights
from job.tensorflow_model.quantised.int8_scales import MOST
from job.tensorflow_model.quantised.integer_layers import IntegerLayer, integer_layer
from job.tensorflow_model.quantised.integer_walk import IntegerWalk
from job.tensorflow_model.quantised.layer_pairs import float_layers
from job.tensorflow_model.quantised.ranges import Sample, Samples

MOST_SAMPLES = 16
MOST_BYTES = 2 ** 29  # of all that operators make of them
MOST_PRODUCTS = 2 ** 36  # of all layers, with all samples
MOST_PLACES = 2 ** 11  # of a layer's output, in all samples: what is read there is looked at
MOST_TOGETHER = 512  # weights of one output that make good each other's rounding


def with_fitted_weights(int8: TFLiteFile, float32: TFLiteFile, samples: Samples) -> TFLiteFile:
    """`float32` is the file that `int8` is made of."""
    chosen, sources = _chosen(samples, _count(int8)), float_layers(int8, float32)
    shared, fitted = _read_by_sharers(int8, chosen), {}  # type: Mapping[int, np.ndarray], Dict[int, np.ndarray]
    walk = IntegerWalk(int8, chosen)
    for number, layer in _layers(int8, walk):
        source = layer and sources.get(layer.operator.outputs[0])
        if source:
            place = layer.operator.inputs[WEIGHTS]
            if place not in fitted:
                rows = shared[place] if place in shared else _some_places(layer, walk.read(layer.operator), MOST_PLACES)
                fitted[place] = _fitted(layer, float32.tensors[source.inputs[WEIGHTS]].values(), rows)
            layer = layer._replace(weights=fitted[place])
        walk.go_through(number, layer)
    return int8.with_tensors({place: int8.tensors[place]._replace(content=weights.tobytes())
                              for place, weights in fitted.items()})


def _read_by_sharers(int8: TFLiteFile, samples: Sequence[Sample]) -> Mapping[int, np.ndarray]:
    """By the weights that several layers have: what these read, in the finest of their steps, as whole numbers."""
    counts = Counter(operator.inputs[WEIGHTS] for operator in int8.operators if integer_layer(int8, operator))
    if not counts or max(counts.values()) == 1:
        return {}
    read = {}  # type: Dict[int, List[Tuple[float, np.ndarray]]]
    walk = IntegerWalk(int8, samples)
    for number, layer in _layers(int8, walk):
        place = layer and layer.operator.inputs[WEIGHTS]
        if layer and counts[place] > 1:
            rows = _some_places(layer, walk.read(layer.operator), max(1, MOST_PLACES // counts[place]))
            read.setdefault(place, []).append((layer.x.scale[0], rows))
        walk.go_through(number, layer)
    return {place: _in_one_step(rows) for place, rows in read.items()}


def _in_one_step(rows: Sequence[Tuple[float, np.ndarray]]) -> np.ndarray:
    least = min(step for step, _ in rows)
    return np.concatenate([np.round(each * (step / least)) for step, each in rows])


def _layers(int8: TFLiteFile, walk: IntegerWalk) -> Iterator[Tuple[int, Optional[IntegerLayer]]]:
    """Each operator's number; and the layer that it is, if what it reads is known. The walk goes on in between."""
    for number, operator in enumerate(int8.operators):
        yield number, integer_layer(int8, operator) if walk.knows(operator) else None


def _count(file: TFLiteFile) -> int:
    """How many samples there is room and time for."""
    size = sum(int(np.prod(tensor.shape, dtype=np.int64)) for tensor in file.computed())
    layers = [layer for layer in (integer_layer(file, operator) for operator in file.operators) if layer]
    products = sum(int(np.prod(layer.y.shape, dtype=np.int64)) * layer.weights.size // len(layer.biases) for layer in layers)
    return max(1, min(MOST_SAMPLES, MOST_BYTES // max(size, 1), MOST_PRODUCTS // max(products, 1)))


def _chosen(samples: Samples, count: int) -> Sequence[Sample]:
    """The same ones, in whatever order they are given."""
    digested = ((digest_of(sample), number, sample) for number, sample in enumerate(samples()))
    return [sample for _, _, sample in heapq.nsmallest(count, digested)]


def _fitted(layer: IntegerLayer, exact: np.ndarray, places: np.ndarray) -> np.ndarray:
    """`exact` are the layer's float weights, in the order of the file."""
    fit = _depthwise_weights if layer.is_depthwise() else _dense_weights
    return fit(layer, exact, places).reshape(layer.weights.shape)


def _depthwise_weights(layer: IntegerLayer, exact: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Each channel's own: (window, in, of each)."""
    channels, each = layer.weights.shape[2:]
    steps = np.broadcast_to(layer.weight_steps, channels * each).reshape(channels, each, 1)
    in_steps = exact.reshape(-1, channels, each).transpose(1, 2, 0) / steps
    return answering_weights(in_steps, places.transpose(2, 0, 1), MOST).transpose(2, 0, 1).astype(np.int8)


def _dense_weights(layer: IntegerLayer, exact: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(out, window * in), those of what varies most first."""
    rows, exact = places.reshape(len(places), -1), exact.reshape(len(layer.weights), -1)
    steps, weights = layer.weight_steps.reshape(-1, 1), np.empty(exact.shape, np.int8)
    for columns in np.array_split(np.arange(rows.shape[1]), -(-rows.shape[1] // MOST_TOGETHER)):
        columns = columns[np.argsort(-np.square(rows[:, columns]).sum(axis=0), kind="mergesort")]
        in_steps = exact[:, columns] / steps
        weights[:, columns] = answering_weights(in_steps[np.newaxis], rows[np.newaxis, :, columns], MOST)[0]
    return weights


def _some_places(layer: IntegerLayer, read: Sequence[np.ndarray], most: int) -> np.ndarray:
    """What is read there, each number less its mean, which biases answer for: [places, window, in]."""
    places = int(np.prod(layer.y.shape[:-1]))
    every = max(1, places * len(read) // most) | 1  # odd: in no step with the columns of a map
    chosen = np.arange(0, places, every)
    some = [view[np.unravel_index(chosen, view.shape[:3])] for view in map(layer.places, read)]
    rows = np.concatenate(some).astype(np.float64)
    rows = rows.reshape(len(rows), -1, rows.shape[-1])
    rows -= np.round(rows.mean(axis=0))
    return rows
