"""The registry's protocol: what is asked, what is sent again, and what each refusal says."""

import io
import socket
from pathlib import Path

import pytest

from delivery.failure import FailureError
from delivery.image.oci import MANIFEST, Descriptor, digest_of
from delivery.image.registry.client import Registry
from delivery.image.registry.place import Place
from delivery.image.registry.refusal import RegistryError

from .registry_stand_in import Behaviour, Refusal

DATA = b"layer" * 1000
DIGEST = digest_of(DATA)


def upload(client: Registry, data: bytes = DATA) -> None:
    client.upload(digest_of(data), len(data), lambda: io.BytesIO(data))


def test_a_blob_is_there_once_it_was_uploaded(client: Registry, behaviour: Behaviour) -> None:
    assert client.blob_size(DIGEST) is None
    upload(client)
    assert client.blob_size(DIGEST) == len(DATA)
    assert behaviour.blobs == {DIGEST: DATA}
    assert client.blob(DIGEST, limit=len(DATA)) == DATA


def test_a_manifest_is_read_back_with_its_kind_and_its_claimed_digest(client: Registry) -> None:
    upload(client)
    data = f'{{"mediaType":"{MANIFEST}","config":{{"digest":"{DIGEST}"}}}}'.encode()
    assert client.manifest("one") is None
    client.put_manifest("one", data, MANIFEST)
    stored = client.manifest("one")
    assert stored is not None
    assert (stored.data, stored.media_type, stored.claimed, stored.digest) == (
        data,
        MANIFEST,
        digest_of(data),
        digest_of(data),
    )


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (401, "nobody is logged in, or the login is over: docker login"),
        (403, "may not push there, or the registry's firewall shuts this machine out"),
        (404, "there is no such registry or repository; check the name"),
        (413, "a layer is larger than the registry, or a proxy before it, takes"),
        (429, "it is asked too often; push again later"),
        (500, "it fails, for example because its disk is full: look at the registry's own log"),
        (503, "it fails, for example because its disk is full"),
        (507, "its disk or quota is full: remove what is not needed there"),
        (405, "it does not take what the protocol allows"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_refused_upload_says_the_registrys_words_the_cause_and_the_remedy(
    client: Registry, behaviour: Behaviour, status: int, remedy: str, method: str
) -> None:
    behaviour.refusals.append(Refusal(status, method))
    with pytest.raises(RegistryError) as refused:
        upload(client)
    first, second = str(refused.value).splitlines()
    assert (
        f"uploading blob {DIGEST} of 5,000 bytes: the registry answered {status}: DENIED as the test wants it" in first
    )
    assert remedy in second
    assert second.endswith("; nothing was published")
    assert refused.value.status == status
    assert behaviour.blobs == {}


def test_a_disk_that_is_full_is_told_in_the_registrys_own_words(client: Registry, behaviour: Behaviour) -> None:
    said = b'{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":{"Err":28}}]}'
    behaviour.refusals.append(Refusal(500, "PUT", body=said))
    with pytest.raises(RegistryError, match=r"(?s)500: UNKNOWN unknown error\n.*disk is full"):
        upload(client)


def test_an_answer_without_the_protocols_form_is_quoted_as_it_is(client: Registry, behaviour: Behaviour) -> None:
    behaviour.refusals.append(Refusal(403, body=b"<html>\n  Blocked by the proxy  </html>"))
    with pytest.raises(RegistryError, match="403: <html> Blocked by the proxy </html>"):
        client.manifest("latest")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT"])
def test_what_is_no_fault_of_ours_is_tried_again(
    client: Registry, behaviour: Behaviour, status: int, method: str
) -> None:
    behaviour.refusals.append(Refusal(status, method, times=2))
    client.blob_size(DIGEST)
    upload(client)
    assert behaviour.blobs == {DIGEST: DATA}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_what_will_not_change_is_not_tried_again(client: Registry, behaviour: Behaviour, status: int) -> None:
    behaviour.refusals.append(Refusal(status, "POST"))
    with pytest.raises(RegistryError):
        upload(client)
    assert behaviour.requests == ["POST /v2/team/scoring/blobs/uploads/"]


def test_a_registry_that_asks_for_patience_gets_it(
    client: Registry, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("delivery.image.registry.client.time.sleep", waited.append)
    behaviour.refusals.append(Refusal(429, times=2, headers={"Retry-After": "7"}))
    client.blob_size(DIGEST)
    assert waited == [7.0, 7.0]


def test_nobody_waits_for_ever_because_a_registry_says_so(
    client: Registry, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("delivery.image.registry.client.time.sleep", waited.append)
    behaviour.refusals.append(Refusal(503, times=1, headers={"Retry-After": "86400"}))
    client.blob_size(DIGEST)
    assert waited == [30.0]


def test_a_registry_that_is_not_there_is_named_with_what_to_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    gone = Registry(Place(f"127.0.0.1:{port}", "scoring"), pauses=(0.01,))
    with pytest.raises(
        RegistryError, match=r"(?s)cannot be reached: .*refused.*check the name, the network and a proxy"
    ):
        gone.blob_size(DIGEST)
    with pytest.raises(RegistryError, match=r"(?s)uploading blob .* cannot be reached"):
        upload(gone)


def test_a_blob_that_is_not_what_its_name_says_is_not_believed(client: Registry, behaviour: Behaviour) -> None:
    behaviour.blobs[DIGEST] = b"other"
    with pytest.raises(RegistryError, match="the registry gave other bytes"):
        client.blob(DIGEST, limit=100)


def test_a_password_answers_a_basic_challenge(
    client: Registry, behaviour: Behaviour, tmp_path: Path, host: str
) -> None:
    behaviour.basic = "ada:lovelace"
    logged_in(tmp_path, host, '{"auth": "YWRhOmxvdmVsYWNl"}')
    upload(client)
    assert behaviour.blobs == {DIGEST: DATA}


def test_a_password_is_changed_for_a_token_where_the_registry_sends_to_a_realm(
    client: Registry, behaviour: Behaviour, tmp_path: Path, host: str
) -> None:
    behaviour.basic, behaviour.realm = "ada:lovelace", "own"
    logged_in(tmp_path, host, '{"auth": "YWRhOmxvdmVsYWNl"}')
    upload(client)
    assert behaviour.blobs == {DIGEST: DATA}
    assert behaviour.granted == [{"service": ["stand-in"], "scope": ["repository:team/scoring:pull,push"]}]


def test_an_identity_token_is_changed_for_an_access_token(
    client: Registry, behaviour: Behaviour, tmp_path: Path, host: str
) -> None:
    behaviour.identity, behaviour.realm = "long-lived", "own"
    logged_in(tmp_path, host, '{"identitytoken": "long-lived"}')
    upload(client)
    assert behaviour.blobs == {DIGEST: DATA}
    assert behaviour.granted[0]["grant_type"] == ["refresh_token"]


def test_nobody_in_particular_gets_a_token_where_the_realm_gives_one(client: Registry, behaviour: Behaviour) -> None:
    behaviour.realm = "own"
    upload(client)
    assert behaviour.blobs == {DIGEST: DATA}


def test_a_realm_that_refuses_the_login_says_how_to_log_in(
    client: Registry, behaviour: Behaviour, tmp_path: Path, host: str
) -> None:
    behaviour.basic, behaviour.realm = "ada:lovelace", "own"
    logged_in(tmp_path, host, '{"auth": "YWRhOndyb25n"}')
    with pytest.raises(RegistryError, match=rf"(?s)no token from {host}: it answered 401\ndocker login {host}"):
        upload(client)


def test_no_password_goes_to_a_realm_without_encryption_on_another_machine(
    client: Registry, behaviour: Behaviour, tmp_path: Path, host: str
) -> None:
    behaviour.basic, behaviour.realm = "ada:lovelace", "http://tokens.example/token"
    logged_in(tmp_path, host, '{"auth": "YWRhOmxvdmVsYWNl"}')
    with pytest.raises(
        RegistryError, match=r"sends its callers to http://tokens\.example/token for a token, which is not"
    ):
        client.blob_size(DIGEST)
    assert behaviour.granted == []


def test_no_netrc_of_the_machine_is_asked(
    client: Registry, behaviour: Behaviour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    behaviour.basic = "somebody:else"
    with pytest.raises(RegistryError, match="401"):
        client.blob_size(DIGEST)


def test_a_login_that_ends_during_the_push_is_renewed(
    client: Registry, behaviour: Behaviour, tmp_path: Path, host: str
) -> None:
    behaviour.basic, behaviour.realm = "ada:lovelace", "own"
    logged_in(tmp_path, host, '{"auth": "YWRhOmxvdmVsYWNl"}')
    client.blob_size(DIGEST)
    behaviour.token = "another"
    upload(client)
    assert behaviour.blobs == {DIGEST: DATA}
    assert len(behaviour.granted) == 2


def test_secrets_are_in_no_error_and_no_log_of_ours(
    client: Registry, behaviour: Behaviour, tmp_path: Path, host: str
) -> None:
    behaviour.basic, behaviour.realm = "ada:other", "own"
    logged_in(tmp_path, host, '{"auth": "YWRhOmxvdmVsYWNl"}')
    with pytest.raises(FailureError) as refused:
        client.blob_size(DIGEST)
    assert "lovelace" not in repr(refused.value) + str(refused.value)
    assert "YWRh" not in str(refused.value)


def test_a_descriptor_survives_its_own_form() -> None:
    one = Descriptor(MANIFEST, DIGEST, 5, "application/x", {"a": "b"})
    assert Descriptor.read(one.document()) == one


def logged_in(folder: Path, host: str, entry: str) -> None:
    (folder / "docker").mkdir(exist_ok=True)
    (folder / "docker" / "config.json").write_text(f'{{"auths": {{"{host}": {entry}}}}}', encoding="utf-8")
