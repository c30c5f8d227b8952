"""Settings come from the environment, are typed, and are refused whole and at once."""

from pathlib import Path

import pytest

from app.scoring import settings, telemetry


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(f"SCORING_{name.upper()}", raising=False)
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


def test_an_empty_environment_gives_working_defaults() -> None:
    found = settings.load()

    assert (found.host, found.port, found.model_dir) == ("127.0.0.1", 8080, Path("model"))
    assert found.workers == settings.available_cores()
    assert found.max_body_bytes == 10 * 1024 * 1024


def test_variables_are_read_as_their_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORING_PORT", "9000")
    monkeypatch.setenv("SCORING_DRAIN_SECONDS", "2.5")
    monkeypatch.setenv("SCORING_COMMIT", "c0ffee")

    found = settings.load()

    assert (found.port, found.drain_seconds, found.commit) == (9000, 2.5, "c0ffee")


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORING_PORT", "")

    assert settings.load().port == 8080


def test_every_fault_is_named_at_once_with_what_was_found_and_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORING_PORT", "eighty")
    monkeypatch.setenv("SCORING_QUEUE_LIMIT", "-1")
    monkeypatch.setenv("SCORING_LOG_LEVEL", "loud")
    monkeypatch.setenv("SCORING_PROT", "8080")

    with pytest.raises(settings.SettingsError) as refused:
        settings.load()

    lines = str(refused.value).splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("SCORING_PROT: no such setting; there are SCORING_MODEL_DIR, ")
    assert any("SCORING_PORT" in line and "valid integer" in line and "found 'eighty'" in line for line in lines)
    assert any("SCORING_QUEUE_LIMIT" in line and "greater than or equal to 0" in line for line in lines)
    assert any("SCORING_LOG_LEVEL" in line and "'debug', 'info', 'warning' or 'error'" in line for line in lines)


def test_a_collector_without_its_exporter_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setattr("app.scoring.telemetry._PACKAGES", ("no_such_package.exporter",))

    with pytest.raises(settings.SettingsError, match=r"requirements-otlp\.txt or unset it"):
        settings.load()


def test_the_two_ports_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORING_PORT", "9000")
    monkeypatch.setenv("SCORING_MANAGEMENT_PORT", "9000")

    with pytest.raises(settings.SettingsError, match="PORT and MANAGEMENT_PORT must differ, found 9000 for both"):
        settings.load()


@pytest.mark.parametrize("value", ["true", "True", "TRUE"])
def test_spans_are_switched_off_in_any_case(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setenv("OTEL_SDK_DISABLED", value)

    assert not telemetry.is_wanted()


@pytest.mark.parametrize(
    ("text", "expected"), [("150000 100000", 2), ("200000 100000", 2), ("50000 100000", 1), ("max 100000", None)]
)
def test_a_containers_cpu_limit_counts_in_whole_cores(tmp_path: Path, text: str, expected: int | None) -> None:
    path = tmp_path / "cpu.max"
    path.write_text(text)

    assert settings._cgroup_cores(path) == expected


def test_without_a_limit_file_there_is_no_limit(tmp_path: Path) -> None:
    assert settings._cgroup_cores(tmp_path / "none") is None


def test_every_setting_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs/reference/serving.md").read_text(encoding="utf-8")

    missing = [name for name in settings.Settings.model_fields if f"`{name.upper()}`" not in text]

    assert missing == []
