"""The objects and the app agree: its settings, its routes, its times."""

from collections.abc import Callable

import pulumi_kubernetes.core.v1 as core
import pytest
from flask.testing import FlaskClient

from app.scoring import settings as scoring
from app.scoring.application import create_app, create_management_app
from app.scoring.server import configuration
from app.scoring.service import Service
from slipway import manifests
from slipway.contract.application import Application
from slipway.contract.choosing import settings_type
from slipway.contract.image import Probe
from slipway.manifests.settings import variables
from slipway.naming import Naming
from tests.infra.support.apps import app, sample_contract
from tests.infra.support.workloads import release, workload

from .conftest import Plain

SETTINGS = scoring.Settings.model_fields
CONTRACT = sample_contract()
OTHERS = {"model_dir", "host", "commit", "build"}
"""Settings that the image itself sets."""


def told(naming: Naming, chosen: Application, changes: dict[str, object] | None = None) -> dict[str, str]:
    return variables(naming, workload(changes or {}), chosen, release())


def variable(name: str) -> str:
    return f"{scoring.PREFIX}{name.upper()}"


@pytest.fixture
def public() -> FlaskClient:
    return create_app(Service(scoring.Settings())).test_client()


@pytest.fixture
def management() -> FlaskClient:
    return create_management_app(Service(scoring.Settings())).test_client()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in SETTINGS:
        monkeypatch.delenv(variable(name), raising=False)
    return monkeypatch


def test_every_setting_of_the_app_can_be_chosen_or_is_said_elsewhere() -> None:
    chosen = {setting.variable for setting in CONTRACT.settings.values()}
    set_by_itself = {name for name in CONTRACT.environment if name.startswith(scoring.PREFIX)}

    assert chosen | set_by_itself | set(map(variable, OTHERS)) == set(map(variable, SETTINGS))
    assert not chosen & set_by_itself


@pytest.mark.parametrize("name", sorted(CONTRACT.settings.keys() - {"workers"}))
def test_defaults_are_the_apps_own(name: str) -> None:
    setting = CONTRACT.settings[name]

    assert SETTINGS[setting.variable.removeprefix(scoring.PREFIX).lower()].default == setting.default


@pytest.mark.parametrize("value", [-1, 0, 1, 2, 15, 256, 257, 1023, 1024, 3600, 3601, 10_000, 10_001, 65536, 100_001])
@pytest.mark.parametrize("name", [name for name, one in CONTRACT.settings.items() if one.type != "string"])
def test_the_contract_takes_what_the_app_takes(environment: pytest.MonkeyPatch, name: str, value: int) -> None:
    environment.setenv(CONTRACT.settings[name].variable, str(value))

    assert _accepts(lambda: settings_type(CONTRACT).model_validate({name: value})) == _accepts(scoring.load)


def _accepts(read: Callable[[], object]) -> bool:
    try:
        read()
    except (ValueError, scoring.SettingsError):
        return False
    return True


def test_workers_follow_the_cpu_limit_unless_they_are_chosen(naming: Naming) -> None:
    assert "SCORING_WORKERS" not in told(naming, app())
    assert told(naming, app(workers=1))["SCORING_WORKERS"] == "1"


def test_the_ports_are_those_where_the_image_listens_by_itself() -> None:
    ports = SETTINGS["port"].default, SETTINGS["management_port"].default

    assert ports == (CONTRACT.ports.public, CONTRACT.management_port)


def test_the_model_lies_where_the_image_has_it(dockerfile: str) -> None:
    assert CONTRACT.model
    assert f" {CONTRACT.model.variable}={CONTRACT.model.folder} " in dockerfile.replace("\\\n", " ") + " "


def test_only_what_is_chosen_is_told_beside_ports_and_times(naming: Naming) -> None:
    assert told(naming, app()) == {
        "SCORING_DRAIN_SECONDS": "10",
        "SCORING_GRACE_SECONDS": "30",
        "SCORING_MANAGEMENT_PORT": "8081",
        "SCORING_PORT": "8080",
    }


def test_what_is_told_is_what_the_app_reads(environment: pytest.MonkeyPatch, naming: Naming) -> None:
    chosen = app(logLevel="debug", queueLimit=8, jobTimeoutSeconds=7.5, maxAspect=20)
    for name, value in told(naming, chosen).items():
        environment.setenv(name, value)

    read = scoring.load()

    assert (read.log_level, read.queue_limit, read.job_timeout_seconds, read.max_aspect) == ("debug", 8, 7.5, 20)
    assert (read.port, read.management_port) == (8080, 8081)
    assert (read.drain_seconds, read.grace_seconds) == (10, 30)


def test_the_server_ends_itself_before_the_kubelet_does(environment: pytest.MonkeyPatch, naming: Naming) -> None:
    rollout = workload().rollout
    for name, value in told(naming, app()).items():
        environment.setenv(name, value)

    deadline = configuration(scoring.load())["graceful_timeout"]

    assert rollout.pre_stop_seconds + deadline < rollout.leaving_seconds + CONTRACT.requests.stop_seconds


def test_a_service_beside_it_would_keep_the_app_from_starting(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SCORING_SERVICE_HOST", "10.0.0.1")  # what service links would put there

    with pytest.raises(scoring.SettingsError, match="SCORING_SERVICE_HOST: no such setting"):
        scoring.load()


def test_spans_go_to_the_collector_where_there_is_one(naming: Naming) -> None:
    collector = {"service": "collector", "namespace": "observability"}

    found = told(naming, app(), {"tracing": collector})

    assert found["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://collector.observability:4318"


def test_the_config_map_never_changes(plain: Plain, naming: Naming) -> None:
    found = plain(core.ConfigMap, manifests.settings(naming, workload(), app(), release(), "scoring-dev"))

    assert found["immutable"] is True
    assert "name" not in found["metadata"]
    assert found["data"] == told(naming, app())


def test_the_kubelet_hears_200_from_a_live_process(management: FlaskClient) -> None:
    assert management.get(CONTRACT.probes.liveness.path).status_code == 200


@pytest.mark.parametrize("probe", [CONTRACT.probes.startup, CONTRACT.probes.readiness])
def test_the_kubelet_hears_503_until_the_model_is_loaded(management: FlaskClient, probe: Probe) -> None:
    assert management.get(probe.path).status_code == 503


def test_callers_and_the_load_balancer_hear_503_until_the_model_is_loaded(public: FlaskClient) -> None:
    assert public.get(CONTRACT.health).status_code == 503


def test_metrics_are_where_the_pods_say(management: FlaskClient) -> None:
    assert CONTRACT.metrics
    assert management.get(CONTRACT.metrics.path).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_nothing_of_the_management_port_stands_on_the_public_one(public: FlaskClient, path: str) -> None:
    assert public.get(path).status_code == 404
