"""What is no checkpoint of weights although PyTorch wrote it says what it is, and what to save."""
import zipfile

import pytest
import torch

from job.checkpoint.reading import read_checkpoint
from job.errors import BadCheckpoint
from tests.checkpoints.files import called, dictionary, integer, named, text, zipped


def refused(path):
    with pytest.raises(BadCheckpoint) as refusal:
        read_checkpoint(path)
    return refusal.value


def test_a_frozen_torchscript(tmp_path):
    module = named("__torch__.models.___torch_mangle_1.ResNet") + b")\x81" + dictionary(training=b"\x89") + b"b"
    error = refused(zipped(tmp_path / "frozen.pt", module))
    assert "an object of __torch__.models.___torch_mangle_1.ResNet" in error.message and "frozen" in error.hint


def test_tensors_without_numbers(tmp_path):
    meta = called("torch._utils._rebuild_meta_tensor_no_storage", integer(1))
    error = refused(zipped(tmp_path / "meta.pth", dictionary(a=meta, b=meta)))
    assert error.message.endswith("a dictionary of a, b, made by torch._utils._rebuild_meta_tensor_no_storage")
    error = refused(zipped(tmp_path / "words.pth", dictionary(a=text("x"))))
    assert error.message.endswith("a dictionary of a") and "state_dict" in error.hint


def test_an_archive_of_torch_export(tmp_path):
    path = tmp_path / "exported.pt"
    with zipfile.ZipFile(str(path), "w") as archive:
        for name in ("exported/data/weights/weight_0", "exported/models/model.json", "exported/archive_format"):
            archive.writestr(name, b"pt2")
    assert "torch.export" in refused(path).hint


def test_an_archive_for_torchserve(tmp_path):
    path = tmp_path / "served.pt"
    with zipfile.ZipFile(str(path), "w") as archive:
        for name in ("MAR-INF/MANIFEST.json", "net.pth"):
            archive.writestr(name, b"{}")
    assert "TorchServe: unpack it" in refused(path).hint


@pytest.mark.parametrize("content, said", [(b"GGUF\3\0\0\0", "a GGUF file"), (b"\x1c\0\0\0TFL3", "a .tflite file already")])
def test_files_of_other_kinds_are_called_so(tmp_path, content, said):
    (tmp_path / "net.bin").write_bytes(content + bytes(64))
    assert said in refused(tmp_path / "net.bin").message


def test_keys_that_are_no_text(tmp_path):
    torch.save({b"weight": torch.zeros(2), b"bias": torch.zeros(3)}, str(tmp_path / "net.pth"))
    assert refused(tmp_path / "net.pth").message.endswith("a dictionary of keys of bytes")
