"""The objects and the app agree: its settings, its routes, its times."""

import pulumi_kubernetes.core.v1 as core
import pytest
from flask.testing import FlaskClient
from pydantic.fields import FieldInfo

from app.scoring import settings as scoring
from app.scoring.application import create_app, create_management_app
from app.scoring.server import configuration
from app.scoring.service import Service
from slipway import manifests
from slipway.config.app import App
from slipway.config.ports import MANAGEMENT_PORT, PORT
from slipway.manifests import probes
from slipway.manifests.settings import variables
from slipway.naming import Naming
from tests.infra.support.workloads import workload

from .conftest import Plain

SETTINGS = scoring.Settings.model_fields
OTHERS = {"model_dir", "host", "port", "management_port", "commit", "build", "drain_seconds", "grace_seconds"}
"""What the image or the rollout says."""


@pytest.fixture
def public() -> FlaskClient:
    return create_app(Service(scoring.Settings())).test_client()


@pytest.fixture
def management() -> FlaskClient:
    return create_management_app(Service(scoring.Settings())).test_client()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in SETTINGS:
        monkeypatch.delenv(f"{scoring.PREFIX}{name.upper()}", raising=False)
    return monkeypatch


def bounds(field: FieldInfo) -> set[str]:
    return {str(one) for one in field.metadata}


def test_every_setting_of_the_app_can_be_chosen_or_is_said_elsewhere() -> None:
    assert App.model_fields.keys() | OTHERS == SETTINGS.keys()


@pytest.mark.parametrize("name", sorted(App.model_fields.keys() - {"workers"}))
def test_defaults_and_ranges_are_the_apps_own(name: str) -> None:
    assert App.model_fields[name].default == SETTINGS[name].default
    assert bounds(App.model_fields[name]) == bounds(SETTINGS[name])


def test_workers_follow_the_cpu_limit_unless_they_are_chosen() -> None:
    assert "SCORING_WORKERS" not in variables(workload())
    assert variables(workload({"app.workers": 1}))["SCORING_WORKERS"] == "1"


def test_the_ports_are_those_where_the_image_listens_by_itself() -> None:
    assert (SETTINGS["port"].default, SETTINGS["management_port"].default) == (PORT, MANAGEMENT_PORT)


def test_only_what_is_chosen_is_told_beside_ports_and_times() -> None:
    assert variables(workload()) == {
        "SCORING_DRAIN_SECONDS": "10",
        "SCORING_GRACE_SECONDS": "30",
        "SCORING_MANAGEMENT_PORT": str(MANAGEMENT_PORT),
        "SCORING_PORT": str(PORT),
    }


def test_what_is_told_is_what_the_app_reads(environment: pytest.MonkeyPatch) -> None:
    config = workload({"app.logLevel": "debug", "app.queueLimit": 8, "app.jobTimeoutSeconds": 7.5, "app.maxAspect": 20})
    for name, value in variables(config).items():
        environment.setenv(name, value)

    read = scoring.load()

    assert (read.log_level, read.queue_limit, read.job_timeout_seconds, read.max_aspect) == ("debug", 8, 7.5, 20)
    assert (read.port, read.management_port) == (PORT, MANAGEMENT_PORT)
    assert (read.drain_seconds, read.grace_seconds) == (10, 30)


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


def test_the_kubelet_hears_200_from_a_live_process(management: FlaskClient) -> None:
    assert management.get(probes.HEALTH).status_code == 200


def test_the_kubelet_hears_503_until_the_model_is_loaded(management: FlaskClient) -> None:
    assert management.get(probes.READINESS).status_code == 503


def test_the_load_balancer_hears_503_until_the_model_is_loaded(public: FlaskClient) -> None:
    assert public.get(probes.PUBLIC_READINESS).status_code == 503


def test_metrics_are_where_the_pods_say(management: FlaskClient) -> None:
    assert management.get("/metrics").status_code == 200


@pytest.mark.parametrize("path", [probes.HEALTH, probes.READINESS, "/metrics"])
def test_nothing_of_the_management_port_stands_on_the_public_one(public: FlaskClient, path: str) -> None:
    assert public.get(path).status_code == 404
