"""PyTorch 1.1 as code of today's PyTorch expects it: what came later is there, what has changed means what it means now."""
from job.user_code import (
    attention, changed_pytorch, complex_numbers, convolutions, distances, einsum, fourier, initialisers, lazy_layers,
    newer_activations, newer_arithmetic, newer_arrangements, newer_containers, newer_layers, newer_limits, newer_module_methods,
    newer_packages, newer_reductions, newer_standard_library, newer_statistics, numpys_names, order_statistics, own_backward,
    promoted_types, ties, transformer, truths, wide_kernels, without_batch, without_compiler,
)


def provide() -> None:
    """Twice is as once."""
    newer_standard_library.provide()
    attention.provide()
    newer_activations.provide()
    newer_containers.provide()
    newer_layers.provide()
    transformer.provide()
    newer_module_methods.provide()
    newer_packages.provide()
    promoted_types.provide()
    changed_pytorch.provide()  # after: quotients of what has one type
    ties.provide()  # after: of operands of one type
    convolutions.provide()
    distances.provide()
    einsum.provide()
    initialisers.provide()
    newer_limits.provide()
    newer_reductions.provide()
    newer_statistics.provide()
    newer_arrangements.provide()
    newer_arithmetic.provide()  # after: their other names are of what means something else by now
    order_statistics.provide()
    fourier.provide()
    complex_numbers.provide()
    lazy_layers.provide()
    numpys_names.provide()  # after: the others go by PyTorch's
    truths.provide()
    wide_kernels.provide()
    without_batch.provide()  # after: what is in their places takes a batch
    without_compiler.run_uncompiled()
    own_backward.trace_forwards()
