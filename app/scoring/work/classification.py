"""One picture: its most probable classes."""

import re
from typing import Any

from app.scoring.bench import Bench
from app.scoring.model import top
from app.scoring.wire import Frame

# The first word of a WordNet line names the synset, not the thing: `n02123045 tabby`.
_SYNSET = re.compile(r"^n\d{8}\s+")


def classify(bench: Bench, head: dict[str, Any], body: bytes) -> Frame:
    """The `top` classes of the picture that is the body."""
    picture, probabilities = bench.classify(body)
    classes = [
        {"index": index, "label": _SYNSET.sub("", bench.model.labels[index]), "probability": probability}
        for index, probability in top(probabilities, head["top"])
    ]
    image = {"format": picture.format, "width": picture.width, "height": picture.height}
    return Frame({"image": image, "classes": classes, "best": [classes[0]["probability"]]}, b"")
