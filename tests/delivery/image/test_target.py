"""The Python of a base image: what it can carry, and which wheels run there."""

import json

import pytest

from delivery.failure import FailureError
from delivery.image.target import Target, read


def answer(python: str = "3.13", libc: str = "glibc 2.36", machine: str = "x86_64") -> str:
    markers = {"python_version": python, "python_full_version": f"{python}.4", "platform_machine": machine}
    return json.dumps({"libc": libc, "markers": markers})


def test_the_wheels_of_every_older_glibc_run_too_and_the_newest_are_preferred() -> None:
    platforms = read(answer(libc="glibc 2.19", machine="aarch64"), "base").platforms
    assert platforms == [
        "manylinux_2_19_aarch64",
        "manylinux_2_18_aarch64",
        "manylinux_2_17_aarch64",
        "manylinux2014_aarch64",
    ]


def test_a_base_with_an_old_python_is_refused_by_its_version() -> None:
    with pytest.raises(FailureError, match=r"base image old:1: has Python 3\.10\.4, the app needs 3\.11 or newer"):
        read(answer(python="3.10"), "old:1")


@pytest.mark.parametrize("libc", ["", "musl 1.2"])
def test_a_base_without_glibc_is_refused(libc: str) -> None:
    with pytest.raises(FailureError, match="base image alpine: has no glibc"):
        read(answer(libc=libc), "alpine")


def test_bases_that_take_the_same_wheels_have_the_same_key_and_others_do_not() -> None:
    here = read(answer(), "a").key
    assert here == read(answer(), "b").key
    assert len({here, read(answer("3.12"), "c").key, read(answer(libc="glibc 2.41"), "d").key}) == 3


def test_a_patch_release_of_python_changes_no_wheels() -> None:
    markers = {"python_version": "3.13", "platform_machine": "x86_64"}
    assert (
        Target({**markers, "python_full_version": "3.13.1"}, 36).key
        == Target({**markers, "python_full_version": "3.13.2"}, 36).key
    )
