"""Who pushes: Azure's own login, a keyring's helper, or what `docker login` wrote."""

from collections.abc import Callable
from pathlib import Path

import pytest

from delivery.failure import FailureError
from delivery.image.registry import credentials
from delivery.image.registry.credentials import Credentials, find, remedy

Command = Callable[[str, str], None]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Put a command of our own first on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def make(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\nout={tmp_path}\n{script}\n", encoding="utf-8")
        (folder / name).chmod(0o755)

    return make


def configure(tmp_path: Path, text: str) -> None:
    (tmp_path / "docker").mkdir(exist_ok=True)
    (tmp_path / "docker" / "config.json").write_text(text, encoding="utf-8")


def test_without_any_login_nobody_is_found() -> None:
    assert find("registry.example") is None


def test_what_docker_login_wrote_is_used(tmp_path: Path) -> None:
    configure(tmp_path, '{"auths": {"registry.example": {"auth": "YWRhOmxvdmU6bGFjZQ=="}}}')
    assert find("registry.example") == Credentials("ada", "love:lace")
    assert find("other.example") is None


def test_an_identity_token_stands_alone(tmp_path: Path) -> None:
    configure(tmp_path, '{"auths": {"registry.example": {"auth": "MDAwMDo=", "identitytoken": "long"}}}')
    assert find("registry.example") == Credentials(identity_token="long")


def test_a_keyrings_helper_is_asked_for_its_host(tmp_path: Path, command: Command) -> None:
    configure(tmp_path, '{"credHelpers": {"registry.example": "ring"}, "auths": {"registry.example": {}}}')
    command("docker-credential-ring", 'cat > "$out/asked"; echo \'{"Username": "ada", "Secret": "lovelace"}\'')
    assert find("registry.example") == Credentials("ada", "lovelace")
    assert (tmp_path / "asked").read_text(encoding="utf-8") == "registry.example"


def test_a_helper_that_holds_a_token_says_so_by_its_name(tmp_path: Path, command: Command) -> None:
    configure(tmp_path, '{"credsStore": "ring"}')
    command("docker-credential-ring", 'echo \'{"Username": "<token>", "Secret": "long"}\'')
    assert find("registry.example") == Credentials(identity_token="long")


def test_a_helper_that_knows_nobody_is_no_error(tmp_path: Path, command: Command) -> None:
    configure(tmp_path, '{"credsStore": "ring"}')
    command("docker-credential-ring", "echo credentials not found; exit 1")
    assert find("registry.example") is None


def test_a_helper_that_is_missing_is_named(tmp_path: Path, command: Command) -> None:
    configure(tmp_path, '{"credsStore": "gone"}')
    command("unrelated", "true")
    with pytest.raises(FailureError, match=r"docker-credential-gone: cannot be asked for registry\.example"):
        find("registry.example")


@pytest.mark.parametrize("text", ["{", '{"auths": {"registry.example": {"auth": "no base64 at all"}}}'])
def test_a_broken_configuration_is_named_and_not_quoted(tmp_path: Path, text: str) -> None:
    configure(tmp_path, text)
    with pytest.raises(FailureError, match=r"config\.json") as broken:
        find("registry.example")
    assert "no base64" not in str(broken.value)


AZ = 'echo "$@" > "$out/az"; echo \'{"accessToken": "a-refresh-token", "loginServer": "x"}\''


@pytest.mark.parametrize("host", ["crscoringdev.azurecr.io", "crscoringdev-h4sh.azurecr.io"])
def test_azures_own_login_gives_a_token_at_push_time(tmp_path: Path, command: Command, host: str) -> None:
    command("az", AZ)
    assert find(host) == Credentials(identity_token="a-refresh-token")
    said = (tmp_path / "az").read_text(encoding="utf-8")
    assert said.startswith("acr login --name crscoringdev --expose-token ")


def test_az_is_not_asked_about_other_registries(tmp_path: Path, command: Command) -> None:
    command("az", AZ)
    assert find("azurecr.io.example") is None
    assert not (tmp_path / "az").exists()


def test_who_is_not_logged_in_to_azure_is_told_how(command: Command) -> None:
    command("az", "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1")
    with pytest.raises(
        FailureError, match=r"(?s)az acr login --name crdev: ERROR: Please run 'az login'.*role AcrPush"
    ):
        find("crdev.azurecr.io")


def test_a_docker_login_serves_where_azures_own_does_not(tmp_path: Path, command: Command) -> None:
    configure(tmp_path, '{"auths": {"crdev.azurecr.io": {"auth": "YWRhOmxvdmVsYWNl"}}}')
    command("az", "exit 1")
    assert find("crdev.azurecr.io") == Credentials("ada", "lovelace")


def test_an_old_azure_cli_is_told_apart(command: Command) -> None:
    command("az", "echo '{}'")
    with pytest.raises(FailureError, match="gave no token; update the Azure CLI: az upgrade"):
        find("crdev.azurecr.io")


def test_without_az_the_remedy_names_both_ways() -> None:
    assert "az login" in remedy("crdev.azurecr.io")
    assert "docker login crdev.azurecr.io" in remedy("crdev.azurecr.io")
    assert remedy("registry.example").startswith("docker login registry.example")


def test_secrets_are_in_no_representation() -> None:
    assert "lovelace" not in repr(Credentials("ada", "lovelace", "lovelace"))
    assert credentials.Credentials.__dataclass_params__.frozen  # type: ignore[attr-defined]  # not in typeshed
