"""torchvision 0.3.0's detection networks: known by name, and refused."""
from job.architectures.registry import refuse

_REASON = "how many boxes it finds, and so the shape of all that follows, depends on the picture (proposals, NMS)"
_HINT = (
    "convert a part whose shapes are fixed with --model-code, such as its backbone with the feature pyramid, "
    "and do proposals and NMS in the app"
)

for name in ("fasterrcnn_resnet50_fpn", "maskrcnn_resnet50_fpn", "keypointrcnn_resnet50_fpn"):
    refuse(name, "Detection", _REASON, _HINT)
