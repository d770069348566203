"""The CPU that the manifests speak of: the figures are those that scripts/benchmark-batch prints on a quiet machine."""
import re

import yaml

from tests.running import CHECKOUT

BASE, SETTINGS = ((CHECKOUT / "scripts" / "kubernetes" / file).read_text() for file in ("base/job.yaml", "settings/settings.env"))
SENTENCE = re.compile(r"MobileNetV2 takes (\d+\.\d) CPU seconds, ResNet-50 (\d+\.\d)")


def test_it_is_said_alike_everywhere_and_the_limit_is_what_two_sides_can_use():
    assert SENTENCE.search(BASE.replace("\n          # ", " ")).groups() == SENTENCE.search(SETTINGS).groups()
    (container,) = yaml.safe_load(BASE)["spec"]["template"]["spec"]["containers"]
    assert {amounts["cpu"] for amounts in container["resources"].values()} == {"2"}
    assert "cpu={}\n".format(container["resources"]["limits"]["cpu"]) in SETTINGS
