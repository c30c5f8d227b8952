"""Amounts as Kubernetes writes them, and as numbers to compare."""

from typing import Annotated

from pydantic import AfterValidator

_MEBIBYTES = {"Mi": 1, "Gi": 1024}


def _cpu(text: str) -> str:
    if not (text.removesuffix("m").isdecimal() and 10 <= millicores(text) <= 256_000):
        raise ValueError('cores such as "2", or thousandths such as "500m", from 10m to 256')
    return text


def _cores(text: str) -> str:
    if not (text.isdecimal() and 1 <= int(text) <= 64):
        raise ValueError('whole cores such as "2", from 1 to 64')
    return text


def _memory(text: str) -> str:
    if not (text[:-2].isdecimal() and text[-2:] in _MEBIBYTES and 16 <= mebibytes(text) <= 1 << 20):
        raise ValueError('mebibytes such as "512Mi" or gibibytes such as "2Gi", from 16Mi to 1024Gi')
    return text


def millicores(text: str) -> int:
    """Thousandths of a core: 500 for "500m", 2000 for "2"."""
    return int(text[:-1]) if text.endswith("m") else int(text) * 1000


def mebibytes(text: str) -> int:
    """2048 for "2Gi", 512 for "512Mi"."""
    return int(text[:-2]) * _MEBIBYTES[text[-2:]]


Cpu = Annotated[str, AfterValidator(_cpu)]
"""Processor time, in cores or thousandths of one."""

Cores = Annotated[str, AfterValidator(_cores)]
"""Whole cores."""

Memory = Annotated[str, AfterValidator(_memory)]
"""Bytes of memory or of disk."""
