"""How large each object of a repository may be. Whatever claims more is refused before it is read."""

from app.scoring.manifest import LABELS_FILE, MODEL_FILE

MAX_FILE_BYTES = {
    MODEL_FILE: 2 << 30,  # what protobuf, and so an ONNX file, can hold
    LABELS_FILE: 64 << 20,  # a million classes of 64 bytes
}
MAX_MANIFEST_BYTES = 1 << 20
MAX_POINTER_BYTES = 64 << 10
