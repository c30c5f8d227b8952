"""Which URLs name a repository."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.model.location import AzureLocation, FolderLocation, LocationError, S3Location, parse_location


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("file:///srv/models", FolderLocation(Path("/srv/models"))),
        ("file://localhost/srv/models", FolderLocation(Path("/srv/models"))),
        ("file:///srv/my%20models", FolderLocation(Path("/srv/my models"))),
        ("/srv/models", FolderLocation(Path("/srv/models"))),
        ("models", FolderLocation(Path.cwd() / "models")),
        ("az://stscoringdev/models", AzureLocation("stscoringdev", "models", "")),
        ("az://stscoringdev/models/", AzureLocation("stscoringdev", "models", "")),
        ("az://stscoringdev/models/team/vision", AzureLocation("stscoringdev", "models", "team/vision")),
        ("s3://my-models", S3Location("my-models", "")),
        ("s3://my.models/team", S3Location("my.models", "team")),
    ],
)
def test_a_url_is_taken_apart(text: str, location: object) -> None:
    assert parse_location(text) == location


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "has no name"),
        ("file://server/share", "three slashes"),
        ("az://Account/models", "found 'Account' where the URL needs an account"),
        ("az://account", "found '' where the URL needs a container"),
        ("az://account/-models", "found '-models' where the URL needs a container"),
        ("az://account/mo--dels", "a container"),
        ("az://account/models/../secret", "found '..' where the URL needs a prefix"),
        ("az://account/models//team", "a prefix"),
        ("s3://b", "a bucket"),
        ("s3:///models", "found '' where the URL needs a bucket"),
        ("s3://bucket/.hidden", "a prefix"),
        ("https://account.blob.core.windows.net/models", "allowed are file:///folder, az://"),
        ("gs://bucket", "allowed are"),
    ],
)
def test_what_names_no_repository_is_refused_with_what_is_allowed(text: str, fault: str) -> None:
    with pytest.raises(LocationError) as refused:
        parse_location(text)
    assert fault in str(refused.value)


@pytest.mark.parametrize(
    "text", ["az://account/models?sv=2024&sig=hush", "s3://key:hush@bucket", "s3://hush@bucket", "az://a/b#hush"]
)
def test_credentials_in_a_url_are_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(LocationError, match="must not carry credentials") as refused:
        parse_location(text)
    assert "hush" not in str(refused.value)


@given(st.one_of(st.text(), st.builds("{}://{}".format, st.sampled_from(["file", "az", "s3"]), st.text())))
def test_any_text_is_a_location_that_reads_back_as_itself_or_refused(text: str) -> None:
    try:
        location = parse_location(text)
    except LocationError:
        return
    assert parse_location(str(location)) == location
