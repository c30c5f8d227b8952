"""One comment a stack on each pull request, updated in place, on services that refuse, stumble and redirect."""

from collections.abc import Iterator

import pytest

from delivery.failure import FailureError, UsageError
from delivery.preview import publish
from delivery.preview.comments import Host, host, web
from delivery.preview.forms import markdown
from tests.delivery.preview import hosts
from tests.delivery.preview.estate import changed
from tests.delivery.preview.hosts import TOKEN, Service
from tests.delivery.preview.test_seeded_changes import put

MARKER = markdown.marker("slipway", "prod")


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setattr(web, "_wait", lambda _asked, _attempt: 0.0)
    with hosts.serving() as started:
        yield started


def github(service: Service, **changes: str) -> dict[str, str]:
    return {
        "GITHUB_REPOSITORY": "owner/name",
        "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": service.url,
    } | changes


def azure(service: Service, **changes: str) -> dict[str, str]:
    return {
        "TF_BUILD": "True",
        "BUILD_REPOSITORY_PROVIDER": "TfsGit",
        "SYSTEM_PULLREQUEST_PULLREQUESTID": "7",
        "SYSTEM_COLLECTIONURI": f"{service.url}/org/",
        "SYSTEM_TEAMPROJECT": "a project",
        "BUILD_REPOSITORY_ID": "repository-id",
        "SYSTEM_ACCESSTOKEN": TOKEN,
    } | changes


@pytest.fixture(params=["github", "azure"])
def both(request: pytest.FixtureRequest, service: Service) -> Host:
    return host({"github": github, "azure": azure}[request.param](service))


def texts(service: Service) -> list[str]:
    return [one["body"] for one in service.comments] + [one["comments"][0]["content"] for one in service.threads]


def test_the_first_time_a_comment_is_added_and_then_it_is_updated(both: Host, service: Service) -> None:
    assert "was added" in both.put(MARKER, f"{MARKER}\nfirst", attention=True)
    assert "is up to date" in both.put(MARKER, f"{MARKER}\nsecond", attention=True)

    assert texts(service) == [f"{MARKER}\nsecond"]


def test_each_stack_has_a_comment_of_its_own(both: Host, service: Service) -> None:
    other = markdown.marker("slipway", "dev")
    both.put(MARKER, f"{MARKER}\nprod", attention=True)
    both.put(other, f"{other}\ndev", attention=True)
    both.put(MARKER, f"{MARKER}\nprod again", attention=True)

    assert texts(service) == [f"{MARKER}\nprod again", f"{other}\ndev"]


def test_somebody_elses_comment_with_our_marker_is_left_alone(both: Host, service: Service) -> None:
    both.put(MARKER, f"{MARKER}\ntheirs", attention=True)
    service.foreign = {1}
    both.put(MARKER, f"{MARKER}\nours", attention=True)
    both.put(MARKER, f"{MARKER}\nours again", attention=True)

    assert texts(service) == [f"{MARKER}\ntheirs", f"{MARKER}\nours again"]


def test_a_whole_report_is_written_with_its_marker(both: Host, service: Service) -> None:
    publish.comment(changed(put("AgentPool/app", "count", 4)), both)

    [text] = texts(service)
    assert text.startswith(MARKER)
    assert "node pool app: nodes 3" in text


def test_a_thread_of_azure_is_open_only_while_it_needs_attention(service: Service) -> None:
    place = host(azure(service))
    publish.comment(changed(put("AgentPool/app", "vmSize", "X")), place)
    assert service.threads[0]["status"] == "active"

    publish.comment(changed(lambda _estate: None), place)
    assert service.threads[0]["status"] == "closed"


def test_our_comment_is_found_on_a_later_page(service: Service) -> None:
    service.page = 2
    service.comments = [{"id": number, "body": "chatter"} for number in range(1, 6)]
    service.comments.append({"id": 6, "body": MARKER})
    host(github(service)).put(MARKER, f"{MARKER} new", attention=True)

    assert service.comments[5]["body"] == f"{MARKER} new"
    assert len(service.comments) == 6


def test_a_github_repository_built_by_azure_gets_its_comment_on_github(service: Service) -> None:
    environment = {
        "BUILD_REPOSITORY_PROVIDER": "GitHub",
        "BUILD_REPOSITORY_NAME": "owner/name",
        "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "12",
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": service.url,
    }
    host(environment).put(MARKER, MARKER, attention=True)

    assert service.asked[-1] == "POST /repos/owner/name/issues/12/comments"


def test_what_passes_is_tried_again(both: Host, service: Service) -> None:
    service.answers = [(503, {"Retry-After": "1"}, b""), (429, {}, b"")]
    both.put(MARKER, MARKER, attention=True)

    assert texts(service) == [MARKER]


def test_a_comment_that_may_have_been_added_is_not_sent_twice(service: Service) -> None:
    service.answers = [(200, {}, b"[]"), (500, {}, b"")]
    with pytest.raises(FailureError, match=r"POST .*: 500"):
        host(github(service)).put(MARKER, MARKER, attention=True)

    assert [one for one in service.asked if one.startswith("POST")] == ["POST /repos/owner/name/issues/7/comments"]


def test_a_refusal_is_one_sentence_without_the_token(service: Service) -> None:
    with pytest.raises(FailureError) as refusal:
        host(github(service, GITHUB_TOKEN="wrong-token")).put(MARKER, MARKER, attention=True)

    assert str(refusal.value) == f"GET {service.url}/repos/owner/name/issues/7/comments: 401 Bad credentials"
    assert "wrong-token" not in repr(host(github(service, GITHUB_TOKEN="wrong-token")))


def test_a_sign_in_page_instead_of_json_says_what_to_look_at(both: Host, service: Service) -> None:
    service.answers = [(203, {}, b"<html>Sign in</html>")]
    with pytest.raises(FailureError, match="the answer is not JSON; is the token right"):
        both.put(MARKER, MARKER, attention=True)


def test_a_redirect_does_not_get_the_token(both: Host, service: Service) -> None:
    with hosts.serving() as elsewhere:
        service.answers = [(302, {"Location": f"{elsewhere.url}/stolen"}, b"")]
        with pytest.raises(FailureError, match="302"):
            both.put(MARKER, MARKER, attention=True)

        assert elsewhere.asked == []


def test_a_token_goes_out_over_https_only(service: Service) -> None:
    place = host(github(service, GITHUB_API_URL="http://example.com"))
    with pytest.raises(FailureError, match="a token goes out over https only"):
        place.put(MARKER, MARKER, attention=True)


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("SYSTEM_ACCESSTOKEN", "not set: SYSTEM_ACCESSTOKEN"),
        ("SYSTEM_PULLREQUEST_PULLREQUESTID", "this build is not for a pull request"),
    ],
)
def test_what_azure_lacks_is_named(service: Service, missing: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        host({name: text for name, text in azure(service).items() if name != missing})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"GITHUB_TOKEN": ""}, "GITHUB_TOKEN is not set"),
        ({"GITHUB_REF": "refs/heads/main"}, "this build is not for a pull request"),
        ({"GITHUB_REPOSITORY": "../../x"}, "needs owner/name"),
    ],
)
def test_what_github_lacks_is_named(service: Service, changes: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        host(github(service, **changes))
