"""Flags and sidecars to settings: what is allowed, what is refused, and who wins."""
import pickle

import pytest

from job.errors import BadCheckpoint, UsageError
from job.settings.command_line import parsed
from job.settings.settings import run_settings, settings_for
from job.settings.sidecar import sidecar_values
from job.settings.surface import SIDECAR_KEYS
from job.settings.tensor_values import InputShape


def of(*words, **sidecar):
    return settings_for(run_settings(parsed(["convert", *words])), sidecar)


def test_defaults():
    settings = of("--arch=resnet18")
    assert settings.input_shapes == (InputShape(None, (1, 3, 224, 224)),)
    assert (settings.input_names, settings.output_names) == (("image_array",), ("category",))
    assert (settings.quantize, settings.tolerance, settings.force, settings.trust_pickle) == (("dynamic",), {}, False, False)
    assert pickle.loads(pickle.dumps(settings)) == settings


@pytest.mark.parametrize("flag, field, expected", [
    ("--input-shape=1,3,96,128", "input_shapes", (InputShape(None, (1, 3, 96, 128)),)),
    ("--input-shape=a:1,3,8,8;b:1,4", "input_shapes", (InputShape("a", (1, 3, 8, 8)), InputShape("b", (1, 4)))),
    ("--input-shape=a:1,4:int64;b:2", "input_shapes", (InputShape("a", (1, 4), "int64"), InputShape("b", (2,)))),
    ("--input-shape=(1, 3, 96, 128)", "input_shapes", (InputShape(None, (1, 3, 96, 128)),)),
    ("--input-shape=a:[1,4];b:(2)", "input_shapes", (InputShape("a", (1, 4)), InputShape("b", (2,)))),
    ("--input-shape=1,4:int32", "input_shapes", (InputShape(None, (1, 4), "int32"),)),
    ("--input-shape=a:1,3,8,8;b:1,4", "input_names", ("a", "b")),
    ("--input-shape=1,3;1,4", "input_names", ("image_array", "image_array_1")),
    ("--input-names=x", "input_names", ("x",)),
    ("--output-names=a,b", "output_names", ("a", "b")),
    ("--quantize=none", "quantize", ()),
    ("--quantize=dynamic", "quantize", ("dynamic",)),
    ("--quantize=int8,dynamic", "quantize", ("dynamic", "int8")),
    ("--calibration=.", "quantize", ("dynamic", "int8")),
    ("--calibration-count=7", "calibration_count", 7),
    ("--calibration-seed=0", "calibration_seed", 0),
    ("--calibration-count=7", "calibration_seed", None),
    ("--skip-bad-images", "skip_bad_images", True),
    ("--arch-args={\"num_classes\": 10}", "arch_args", {"num_classes": 10}),
    ("--arch-args={num_classes: 10, act: no, rate: 1e-3}", "arch_args", {"num_classes": 10, "act": "no", "rate": 1e-3}),
    ("--arch-args={'a': None, 'b': True}", "arch_args", {"a": None, "b": True}),
    ("--tolerance={float: {cosine: 1e-1}}", "tolerance", {"float": {"cosine": 0.1}}),
    ("--force", "force", True),
    ("--force=false", "force", False),
    ("--trust-pickle", "trust_pickle", True),
    ("--weights-key=ema.model", "weights_key", "ema.model"),
    ("--fixed-inputs={sr: 16000, on: true, s: [[1e-1, 2]]}", "fixed_inputs", {"sr": 16000, "on": True, "s": [[0.1, 2]]}),
    ("--force", "fixed_inputs", {}),
    ("--tolerance={}", "max_accuracy_drop", None),
])
def test_values(flag, field, expected):
    assert getattr(of("--arch=resnet18", flag), field) == expected


def test_preprocess():
    parts = of("--arch=resnet18", "--preprocess={size: 224, crop: 0.875, interpolation: bicubic, range: 255, mean: 127, "
                                  "std: [128, 128, 127.5]}").preprocess
    assert (parts.size, parts.crop, parts.interpolation, parts.range) == ((224, 224), 0.875, "bicubic", 255.0)
    assert (parts.fit, parts.fill) == ("crop", 0)
    assert (parts.mean, parts.std, parts.channels) == ((127.0,), (128.0, 128.0, 127.5), "rgb")


@pytest.mark.parametrize("flag, said", [
    ("--arch=resnet81", "did you mean resnet18?"),
    ("--input-shape=1,3,0,8", "'0' is no size"),
    ("--input-shape=1,3,a", "'a' is no size"),
    ("--input-shape=1x3x8x8", "no size"),
    ("--input-shape=(1,3]", "'(1' is no size"),
    ("--input-shape=[]", "'' is no size"),
    ("--input-shape=a:1,3;1,4", "some inputs are named"),
    ("--input-shape=a:1,3;a:1,4", "a is there twice"),
    ("--input-shape=1,1,1,1,1,1", "not a shape"),
    ("--input-shape=1,99999,99999,9", "more than 2 GiB"),
    ("--input-names=a b", "cannot be a tensor's name"),
    ("--input-names=a,a", "a is there twice"),
    ("--calibration-count=0", "not a number of samples"),
    ("--calibration-count=10001", "not a number of samples"),
    ("--calibration-seed=-1", "not a seed"),
    ("--calibration-seed=true", "not a seed"),
    ("--quantize=dinamic", "did you mean dynamic?"),
    ("--quantize=false", "dynamic, float16, int8, int8-io, uint8-io or none"),
    ("--quantize=none,dynamic", "'none' is no mode"),
    ("--calibration=nowhere", "there is no such folder"),
    ("--weights-key=a\tb", "not a path of keys"),
    ("--samples=/no/such", "there is no such folder"),
    ("--arch-args=[1]", "not a mapping"),
    ("--fixed-inputs=16000", "such as {sr: 16000}"),
    ("--arch-args={1: 2}", "1 is no name"),
    ("--preprocess=224", "such as {size: 224, mean: [0.485, 0.456, 0.406]}"),
    ("--preprocess={'mean': (0.485, 0.456, 0.406)}", "0.456 is no name"),
    ("--preprocess={size: 224", "line 1, column 11: expected ',' or '}'"),
    ("--tolerance=0.1", "such as {float: {cosine: 0.99999}}"),
    ("--max-drift=0.1", "such as {accuracy: 0.01}"),
    ("--arch-args={a: &x 1, b: *x}", "anchors are not allowed"),
    ("--arch-args={a: 1, a: 2}", "a is given twice"),
    ("--arch-args={num_classes:3}", "num_classes:3: a blank must follow the colon"),
    ("--tolerance={float:{cosine:0.9}}", "cosine:0.9: a blank must follow the colon"),
    ("--max-drift={size:", "such as {accuracy: 0.01}, in quotes for the shell"),
    ("--max-drift={acuracy: 1}", "did you mean accuracy?"),
    ("--preprocess={sizes: 3}", "did you mean size?"),
    ("--preprocess={fit: letterbx}", "crop, letterbox, stretch"),
    ("--preprocess={fit: letterbox, fill: 256}", "from 0 to 255"),
    ("--preprocess={fit: letterbox, fill: 0.5}", "from 0 to 255"),
    ("--preprocess={fit: letterbox, crop: 0.9}", "crop is of fit: crop, not of letterbox"),
    ("--preprocess={fill: 114}", "fill is of fit: letterbox, not of crop"),
    ("--preprocess={std: 0}", "must be above zero"),
    ("--preprocess={mean: [1, 2]}", "mean has 2 figures"),
    ("--tolerance={floats: {cosine: 1}}", "unknown kind of stage 'floats', did you mean float?"),
    ("--tolerance={float: {cosin: 1}}", "unknown limit 'cosin', did you mean cosine?"),
    ("--max-accuracy-drop=-0.1", "from 0 to 1"),
    ("--max-accuracy-drop=nan", "from 0 to 1"),
    ("--max-accuracy-drop=1%", "from 0 to 1"),
    ("--max-accuracy-drop=true", "from 0 to 1"),
    ("--workers=0", "1 to 256"),
    ("--workers=1e3", "1 to 256"),
    ("--metrics-file=/", "the name of a file"),
    ("--metrics-file=/tmp/{}/job.prom".format("n" * 256), "a folder that is there"),
    ("--samples=" + "n" * 256, "there is no such folder"),
    ("--keep=-1", "0 to 1000"),
    ("--keep=two", "0 to 1000"),
    ("--max-drift={weight: 1}", "accuracy, error, operators, size, snr_db"),
    ("--max-drift={size: -1}", "how much worse"),
    ("--max-drift={size: big}", "how much worse"),
    ("--max-drift={}", "how much worse"),
    ("--metrics-file=/there/is/no/such/folder/job.prom", "a folder that is there"),
    ("--force=perhaps", "neither yes nor no"),
    ("--log=xml", "text or json"),
    ("--model-code=net.py", "names no function"),
    ("--model-code=none.py:make", "no file none.py"),
    ("--arch=", "--arch needs a value"),
    ("--output-dir=~/out", "write $HOME"),
])
def test_refused_values_name_flag_value_and_what_is_allowed(flag, said):
    words = [flag] if flag.startswith("--arch=") else ["--arch=resnet18", flag]
    with pytest.raises(UsageError) as error:
        of(*words)
    assert said in str(error.value)
    assert flag.split("=")[0] in error.value.message
    assert error.value.hint


def test_a_drop_of_accuracy_may_be_limited_by_flag_and_sidecar():
    assert of("--arch=resnet18", "--samples=.", "--max-accuracy-drop=0.02").max_accuracy_drop == 0.02
    assert of("--arch=resnet18", "--samples=.", max_accuracy_drop=0).max_accuracy_drop == 0
    assert of("--arch=resnet18", "--samples=.", "--max-accuracy-drop=0.1", max_accuracy_drop=0).max_accuracy_drop == 0.1


def test_arch_and_model_code_exclude_each_other(tmp_path):
    code = tmp_path / "net.py"
    code.write_text("def make(): pass\n")
    with pytest.raises(UsageError, match="both name the network"):
        of("--arch=resnet18", "--model-code={}:make".format(code))
    settings = of("--model-code={}:make".format(code), "--input-shape=1,3,8,8", arch="resnet18")
    assert (settings.arch, settings.model_code) == (None, (code.resolve(), "make"))
    with pytest.raises(UsageError, match="input's shape"):
        of("--model-code={}:make".format(code))


@pytest.mark.parametrize("words, said", [
    (["--input-shape=a:1,3", "--input-names=b"], "name the inputs once"),
    (["--input-shape=1,3;1,4", "--input-names=b"], "one name for each shape"),
    (["--input-names=x", "--output-names=x"], "input and of an output"),
    (["--max-accuracy-drop=0.01"], "without samples"),
])
def test_contradictions(words, said):
    with pytest.raises(UsageError, match=said):
        of("--arch=resnet18", *words)


def volume(tmp_path, text):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "net.pth").write_bytes(b"x")
    (folder / "net.yaml").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return folder


def sidecar(folder):
    return sidecar_values(folder / "net.pth", folder)


def test_sidecar_says_the_facts_of_a_model_and_flags_win(tmp_path):
    folder = volume(tmp_path, """
arch: mobilenet_v2
arch_args: {num_classes: 2}
input_shape: [1, 3, 96, 128]
output_names: [kind]
weights_key: ema
quantize: none
labels: ["no", off, cat]
tolerance: {float: {cosine: 0.99999}}
""")
    values = sidecar(folder)
    settings = of("--output-names=sort", "--tolerance={dynamic: {snr_db: 5}}", **values)
    assert (settings.arch, settings.arch_args, settings.quantize) == ("mobilenet_v2", {"num_classes": 2}, ())
    assert (settings.input_shapes[0].shape, settings.output_names) == ((1, 3, 96, 128), ("sort",))
    assert settings.labels == ("no", "off", "cat")
    assert settings.weights_key == "ema" and of("--weights-key=net", **values).weights_key == "net"
    assert settings.tolerance == {"float": {"cosine": 0.99999}, "dynamic": {"snr_db": 5.0}}
    assert of(**dict(values, arch="resnet18")).arch == "resnet18"


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_an_empty_sidecar_says_nothing(tmp_path, text):
    assert sidecar(volume(tmp_path, text)) == {}


def test_no_sidecar_says_nothing(tmp_path):
    assert sidecar_values(tmp_path / "net.pth", tmp_path) == {}


@pytest.mark.parametrize("text, said", [
    ("model_code: evil.py:make", "can only be given on the command line"),
    ("trust_pickle: true", "can only be given on the command line"),
    ("output_dir: /", "take it out, and give --output-dir"),
    ("architecture: resnet18", "did you mean arch?"),
    ("preprocess:\n\tsize: 224", "line 2, column 1: a tab: YAML takes spaces"),
    ("arch: a\n input_shape: b", "line 2, column 13: mapping values are not allowed here"),
    ("force: true", "can only be given on the command line"),
    ("archh: resnet18", "did you mean arch?"),
    ("3: 4", "no such setting"),
    ("num_classes: 3", "the network's own arguments stand under arch_args; allowed are arch,"),
    ("arch_args: {num_classes:3}", "line 1, column 13: num_classes:3: a blank must follow the colon"),
    ("arch: resnet81", "did you mean resnet18?"),
    ("arch: [a]", "no architecture has this name"),
    ("input_shape: a", "'a' is no size"),
    ("input_shape: 'a:1,4:int8'", "'int8' is no type of an input"),
    ("input_shape: 'a:b:1,4'", "not a shape"),
    ("quantize: int4", "is no mode"),
    ("calibration_count: true", "not a number of samples"),
    ("max_accuracy_drop: true", "not a share of the samples"),
    ("skip_bad_images: true", "can only be given on the command line"),
    ("labels: [1, 2]", "put numbers in quotes"),
    ("tolerance: {float: {cosine: 0.5}}", "looser"),
    ("samples: /etc", "points outside the input volume"),
    ("samples: ../..", "points outside the input volume"),
    ("samples: nothing-there", "no such folder"),
    ("samples: .", "holds the checkpoint itself"),
    ("- a", "not a mapping of settings"),
    ("a: &x 1", "anchors are not allowed"),
    ("!!python/object/apply:os.system [id]", "tags are not allowed"),
    ("arch: a\narch: b", "arch is given twice"),
    ("arch_args: {a: " + "9" * 5000 + "}", "not a settings file"),
    ("[" * 3000, "not a settings file"),
    ("# " + "x" * (1 << 20), "more than"),
    (b"\xff\xfe\x00", "not a settings file"),
])
def test_bad_sidecars_are_bad_checkpoints(tmp_path, text, said):
    with pytest.raises(BadCheckpoint) as error:
        sidecar(volume(tmp_path, text))
    assert said in str(error.value)
    assert error.value.message.startswith("net.yaml") or "looser" in said
    assert error.value.hint


@pytest.mark.parametrize("name", ["net.yml", "net.pth.yaml", "net.YAML", "net.Yml"])
def test_a_sidecar_by_another_name_is_not_passed_over(tmp_path, name):
    (tmp_path / name).write_text("tolerance: {float: {cosine: 0.99999}}")
    with pytest.raises(BadCheckpoint, match=name) as error:
        sidecar_values(tmp_path / "net.pth", tmp_path)
    assert "call it net.yaml" in error.value.hint


def test_a_bad_key_lists_the_allowed_ones(tmp_path):
    with pytest.raises(BadCheckpoint) as error:
        sidecar(volume(tmp_path, "colour: red"))
    assert all(key in error.value.hint for key in SIDECAR_KEYS)


def test_links_of_a_sidecar_stay_inside_the_volume(tmp_path):
    folder = volume(tmp_path, "samples: out")
    (tmp_path / "elsewhere").mkdir()
    (folder / "out").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadCheckpoint, match="points outside"):
        sidecar(folder)
    (folder / "net.yaml").unlink()
    (tmp_path / "other.yaml").write_text("arch: resnet18\n")
    (folder / "net.yaml").symlink_to(tmp_path / "other.yaml")
    with pytest.raises(BadCheckpoint, match="not a file inside"):
        sidecar(folder)


def test_a_mounted_config_map_is_read(tmp_path):
    folder = volume(tmp_path, "")
    (folder / "..2024").mkdir()
    (folder / "..2024" / "net.yaml").write_text("arch: resnet18\n")
    (folder / "..data").symlink_to("..2024")
    (folder / "net.yaml").unlink()
    (folder / "net.yaml").symlink_to("..data/net.yaml")
    assert sidecar(folder) == {"arch": "resnet18"}


def test_a_verdict_and_metrics_are_two_files():
    with pytest.raises(UsageError, match="the same file"):
        of("--arch=resnet18", "--result-file=/tmp/said", "--metrics-file=/tmp/said")
