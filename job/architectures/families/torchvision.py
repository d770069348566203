"""torchvision 0.3.0's classifiers and segmentation networks, with the arguments of its own builders."""
import functools
import importlib
from typing import Any, Mapping, NamedTuple, Tuple

from job.architectures.registry import ArchArgs, Renaming, Shapes, architecture, classes_of


class Family(NamedTuple):
    title: str
    module: str  # of torchvision.models
    builders: Tuple[str, ...]
    head: str  # the weight whose first axis counts the classes
    side: int = 224  # of the square image it was trained on
    arguments: Tuple[Tuple[str, Any], ...] = ()  # always given to the builder
    with_auxiliary: str = ""  # the argument that adds heads which only training needs; left out unless asked for
    auxiliary: Tuple[str, ...] = ()  # prefixes of the keys of these heads
    renamings: Tuple[Renaming, ...] = ()
    published: Mapping[str, ArchArgs] = {}
    variants: Tuple[ArchArgs, ...] = ()
    untold: Mapping[str, str] = {}


# torchvision trained these two on images of another range, and has the network itself turn them into it.
OTHER_RANGE = {"transform_input": True}
TRANSFORM_INPUT = {
    "transform_input": "inputs are taken as they are; if the network was trained from torchvision's own weights it "
    "turns them into another range first: --arch-args='{transform_input: true}'",
}
# Up to torchvision 0.2 a dense layer's children were called norm.1, conv.1, norm.2, conv.2.
OLD_DENSE_LAYERS = ((r"^(features\.denseblock\d+\.denselayer\d+\.(?:norm|conv))\.([12])\.", r"\1\2."),)

FAMILIES = (
    Family(
        "ResNet",
        "resnet",
        ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "resnext101_32x8d"),
        "fc.weight",
    ),
    Family("AlexNet", "alexnet", ("alexnet",), "classifier.6.weight"),
    Family(
        "VGG",
        "vgg",
        ("vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn"),
        "classifier.6.weight",
        arguments=(("init_weights", False),),
    ),
    Family("SqueezeNet", "squeezenet", ("squeezenet1_0", "squeezenet1_1"), "classifier.1.weight"),
    Family(
        "MobileNetV2",
        "mobilenet",
        ("mobilenet_v2",),
        "classifier.1.weight",
        variants=tuple({"width_mult": width} for width in (0.5, 0.75, 1.4)),
    ),
    Family(
        "DenseNet",
        "densenet",
        ("densenet121", "densenet161", "densenet169", "densenet201"),
        "classifier.weight",
        renamings=OLD_DENSE_LAYERS,
    ),
    Family(
        "ShuffleNetV2",
        "shufflenetv2",
        ("shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "shufflenet_v2_x1_5", "shufflenet_v2_x2_0"),
        "fc.weight",
    ),
    Family(
        "GoogLeNet",
        "googlenet",
        ("googlenet",),
        "fc.weight",
        arguments=(("init_weights", False),),
        with_auxiliary="aux_logits",
        auxiliary=("aux1.", "aux2."),
        published={"1378be20": OTHER_RANGE},
        untold=TRANSFORM_INPUT,
    ),
    Family(
        "Inception",
        "inception",
        ("inception_v3",),
        "fc.weight",
        side=299,
        with_auxiliary="aux_logits",
        auxiliary=("AuxLogits.",),
        published={"1a9a5a14": OTHER_RANGE},
        untold=TRANSFORM_INPUT,
    ),
    Family(
        "Segmentation",
        "segmentation",
        ("fcn_resnet50", "fcn_resnet101", "deeplabv3_resnet50", "deeplabv3_resnet101"),
        "classifier.4.weight",
        arguments=(("pretrained_backbone", False),),
        with_auxiliary="aux_loss",
        auxiliary=("aux_classifier.",),
    ),
)


def build_by_torchvision(family: Family, builder: str, **arch_args: Any) -> Any:
    module = importlib.import_module("torchvision.models." + family.module)
    return getattr(module, builder)(pretrained=False, **dict(family.arguments), **arch_args)


def infer_from_head(family: Family, shapes: Shapes) -> ArchArgs:
    """The number of classes; no auxiliary heads, whether the checkpoint has them or not."""
    arch_args = classes_of(family.head)(shapes)
    if family.with_auxiliary:
        arch_args[family.with_auxiliary] = False
    return arch_args


def register(family: Family) -> None:
    for name in family.builders:
        architecture(
            name,
            (1, 3, family.side, family.side),
            family.title,
            "as torchvision 0.3.0 builds it",
            family.renamings,
            functools.partial(infer_from_head, family),
            auxiliary=family.auxiliary,
            published=family.published,
            variants=family.variants,
            untold=family.untold,
        )(functools.partial(build_by_torchvision, family, name))


for each in FAMILIES:
    register(each)
