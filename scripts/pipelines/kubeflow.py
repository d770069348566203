"""Kubeflow Pipelines v2: python scripts/pipelines/kubeflow.py pipeline.yaml, with kfp installed.

The step fails with the job's exit code, so that nothing after it sees a model that did not pass.
"""
import sys

from kfp import compiler, dsl

IMAGE = "pt2tflite"


@dsl.container_component
def convert(checkpoint: dsl.Input[dsl.Model], models: dsl.Output[dsl.Model], verdict: dsl.OutputPath(str)):
    """The checkpoint's SavedModel, .tflite files and parity report, and the verdict as one line of JSON."""
    return dsl.ContainerSpec(
        image=IMAGE,
        command=["python", "-m", "job"],
        args=["convert", checkpoint.path, "--output-dir", models.path, "--result-file", verdict, "--log=json"],
    )


@dsl.pipeline(name="pt2tflite", description="A trained checkpoint to verified TensorFlow Lite files.")
def conversion(checkpoint_uri: str):
    checkpoint = dsl.importer(artifact_uri=checkpoint_uri, artifact_class=dsl.Model, reimport=False)
    step = convert(checkpoint=checkpoint.output)
    step.set_cpu_request("2").set_cpu_limit("2").set_memory_request("6Gi").set_memory_limit("6Gi")
    step.set_retry(num_retries=3)  # of whatever exit code: Kubeflow knows no other


if __name__ == "__main__":
    compiler.Compiler().compile(conversion, package_path=sys.argv[1])
