"""The objects and the app agree: its settings, its routes, its times."""

import pulumi_kubernetes.core.v1 as core
import pytest
from flask.testing import FlaskClient
from pydantic.fields import FieldInfo

from app.scoring import settings as scoring
from app.scoring.application import create_app
from app.scoring.server import configuration
from slipway import manifests
from slipway.config.app import App
from slipway.manifests import probes
from slipway.manifests.settings import variables
from slipway.naming import Naming
from tests.infra.support.workloads import workload

from .conftest import Plain

SETTINGS = scoring.Settings.model_fields
OTHERS = {"model_dir", "host", "port", "commit", "build", "drain_seconds", "grace_seconds"}
"""What the image or the rollout says."""


@pytest.fixture
def client() -> FlaskClient:
    return create_app(scoring.Settings()).test_client()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in SETTINGS:
        monkeypatch.delenv(f"{scoring.PREFIX}{name.upper()}", raising=False)
    return monkeypatch


def bounds(field: FieldInfo) -> set[str]:
    return {str(one) for one in field.metadata}


def test_every_setting_of_the_app_can_be_chosen_or_is_said_elsewhere() -> None:
    assert App.model_fields.keys() | OTHERS == SETTINGS.keys()


@pytest.mark.parametrize("name", sorted(App.model_fields.keys() - {"scorers"}))
def test_defaults_and_ranges_are_the_apps_own(name: str) -> None:
    assert App.model_fields[name].default == SETTINGS[name].default
    assert bounds(App.model_fields[name]) == bounds(SETTINGS[name])


def test_scorers_follow_the_cpu_limit_unless_they_are_chosen() -> None:
    assert "SCORING_SCORERS" not in variables(workload())
    assert variables(workload({"app.scorers": 1}))["SCORING_SCORERS"] == "1"


def test_only_what_is_chosen_is_told_so_that_an_older_image_still_starts() -> None:
    assert variables(workload()) == {
        "SCORING_DRAIN_SECONDS": "10",
        "SCORING_GRACE_SECONDS": "30",
        "SCORING_PORT": "8080",
    }


def test_what_is_told_is_what_the_app_reads(environment: pytest.MonkeyPatch) -> None:
    config = workload({"app.logLevel": "debug", "app.queueLimit": 8, "app.jobTimeoutSeconds": 7.5, "app.maxAspect": 20})
    for name, value in variables(config).items():
        environment.setenv(name, value)

    read = scoring.load()

    assert (read.log_level, read.queue_limit, read.job_timeout_seconds, read.max_aspect) == ("debug", 8, 7.5, 20)
    assert (read.port, read.drain_seconds, read.grace_seconds) == (8080, 10, 30)


def test_the_server_ends_itself_before_the_kubelet_does(environment: pytest.MonkeyPatch) -> None:
    config = workload()
    for name, value in variables(config).items():
        environment.setenv(name, value)

    deadline = configuration(scoring.load())["graceful_timeout"]

    assert config.rollout.pre_stop_seconds + deadline < config.rollout.termination_seconds


def test_a_service_beside_it_would_keep_the_app_from_starting(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SCORING_SERVICE_HOST", "10.0.0.1")  # what service links would put there

    with pytest.raises(scoring.SettingsError, match="SCORING_SERVICE_HOST: no such setting"):
        scoring.load()


def test_spans_go_to_the_collector_where_there_is_one() -> None:
    collector = {"service": "collector", "namespace": "observability"}

    told = variables(workload({"tracing": collector}))

    assert told["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://collector.observability:4318"


def test_the_config_map_never_changes(plain: Plain, naming: Naming) -> None:
    found = plain(core.ConfigMap, manifests.settings(naming, workload(), "scoring-dev"))

    assert found["immutable"] is True
    assert "name" not in found["metadata"]
    assert found["data"] == variables(workload())


def test_the_kubelet_and_the_load_balancer_hear_200_from_a_live_process(client: FlaskClient) -> None:
    assert client.get(probes.HEALTH).status_code == 200


def test_the_kubelet_hears_503_until_the_model_is_loaded(client: FlaskClient) -> None:
    assert client.get(probes.READINESS).status_code == 503


def test_metrics_are_where_the_pods_say(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 200
