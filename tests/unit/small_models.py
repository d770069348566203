"""Model folders of a few bytes, for the tests of publishing."""
from job.publish import publish, staging, verify_checksums, write_file


def make(folder, text):
    """A small model folder; `text` tells one version from another."""
    write_file(folder / "saved_model" / "1" / "saved_model.pb", text.encode())
    write_file(folder / "net.float32.tflite", text.encode() * 3)
    write_file(folder / "parity.json", b"{}\n")
    write_file(folder / "run.json", b"{}\n")


def publish_version(output_dir, text, name="net"):
    with staging(output_dir, name) as folder:
        make(folder / "model", text)
        publish(folder / "model", output_dir, name)


def version(output_dir, name="net"):
    """The version that is published, when it is whole."""
    assert verify_checksums(output_dir / name) == []
    return (output_dir / name / "saved_model" / "1" / "saved_model.pb").read_text()


def names(folder):
    return sorted(path.name for path in folder.iterdir())
