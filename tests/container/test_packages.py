"""The trimmed packages still do what the job asks of them, in the narrowest container that is promised."""
from hardened import HARDENED

# Also exceptions thrown in C++ and caught in Python: a slimmed library must still unwind its stack.
CODE = """
import io, os, sys
import numpy
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
if sys.argv[1] == "torch":
    import onnx, onnxruntime, torch, torchvision
    torch.manual_seed(0)
    module = torchvision.models.resnet18().eval()
    x = torch.randn(2, 3, 64, 72)
    onnx_bytes = io.BytesIO()
    torch.onnx.export(module, x, onnx_bytes)
    onnx.checker.check_model(onnx.load_from_string(onnx_bytes.getvalue()))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(onnx_bytes.getvalue(), options)
    answer, = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    assert numpy.abs(answer - module(x).detach().numpy()).max() < 1e-4
    try:
        module(torch.randn(1, 4, 64, 72))
    except RuntimeError as error:
        print(type(error).__name__)
else:
    import keras, onnx2keras, tensorflow
    from tensorflow.lite.python import convert, interpreter
    convert._toco_from_proto_bin = ""  # in this process, as the job runs it
    layers = tensorflow.keras.layers
    model = tensorflow.keras.Sequential([
        layers.Conv2D(4, 3, activation="relu", input_shape=(16, 18, 3)), layers.Flatten(), layers.Dense(5)])
    x = numpy.random.RandomState(0).randn(1, 16, 18, 3).astype("float32")
    expected = model.predict(x)
    model.save("/tmp/model.h5")
    tflite = tensorflow.lite.TFLiteConverter.from_keras_model_file("/tmp/model.h5").convert()
    lite = interpreter.Interpreter(model_content=tflite)
    lite.allocate_tensors()
    lite.set_tensor(lite.get_input_details()[0]["index"], x)
    lite.invoke()
    answer = lite.get_tensor(lite.get_output_details()[0]["index"])
    assert numpy.abs(answer - expected).max() < 1e-5
    try:
        lite.set_tensor(lite.get_input_details()[0]["index"], x[:, 1:])
    except ValueError as error:
        print(type(error).__name__)
"""


def run(docker, image, side):
    command = ("--entrypoint", "python", image, "-W", "ignore", "-c", CODE, side)
    return docker("run", "--rm", *HARDENED, *command).splitlines()[-1]


def test_torch_runs_and_exports_without_its_gpu_kernels(docker, image):
    assert run(docker, image, "torch") == "RuntimeError"


def test_tensorflow_converts(docker, image):
    assert run(docker, image, "tensorflow") == "ValueError"
