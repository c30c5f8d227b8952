"""Where an image may go."""

import pytest

from delivery.failure import UsageError
from delivery.image.registry.place import Place, parse_place


@pytest.mark.parametrize(
    ("text", "host", "repository"),
    [
        ("crscoringdev.azurecr.io/scoring", "crscoringdev.azurecr.io", "scoring"),
        ("crscoringdev-h4sh.azurecr.io/team/scoring", "crscoringdev-h4sh.azurecr.io", "team/scoring"),
        ("127.0.0.1:8443/a/b_c/d-e.f", "127.0.0.1:8443", "a/b_c/d-e.f"),
        ("https://registry.example/scoring", "registry.example", "scoring"),
    ],
)
def test_a_registry_and_a_repository_are_told_apart(text: str, host: str, repository: str) -> None:
    assert parse_place(text) == Place(host, repository)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("registry.example", "names no repository; .* such as registry.example/scoring"),
        ("registry.example/", "names no repository"),
        ("registry.example/scoring:latest", "without a tag or a digest"),
        ("registry.example/scoring@sha256:ab", "without a tag or a digest"),
        ("Registry.example/scoring", "found 'Registry.example' where a registry's host"),
        ("user:secret@registry.example/scoring", "without a tag or a digest"),
        ("registry.example/Scoring", "found 'Scoring' where a repository is allowed"),
        ("registry.example/a//b", "found 'a//b' where a repository is allowed"),
        ("registry.example/../etc", "where a repository is allowed"),
    ],
)
def test_what_is_no_place_is_refused_with_what_is_allowed(text: str, fault: str) -> None:
    with pytest.raises(UsageError, match=fault):
        parse_place(text)


@pytest.mark.parametrize(
    ("host", "scheme"),
    [
        ("127.0.0.1:8443", "http"),
        ("127.8.8.8", "http"),
        ("localhost:5000", "http"),
        ("registry.example", "https"),
        ("10.0.0.1:5000", "https"),
        ("localhost.example", "https"),
    ],
)
def test_plain_http_is_for_this_machine_alone(host: str, scheme: str) -> None:
    assert Place(host, "scoring").url == f"{scheme}://{host}/v2/scoring"
