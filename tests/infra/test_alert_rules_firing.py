"""Alerts on made-up histories, judged by Prometheus itself: they are raised when they should be, and only then."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from slipway.alert_rules import Alert, Group, Recording, groups
from slipway.config.monitoring import ServiceLevel

from .support.apps import sample_watched

PROMTOOL = shutil.which("promtool")
pytestmark = pytest.mark.skipif(PROMTOOL is None, reason="needs promtool: apt-get install prometheus")

LEVEL = ServiceLevel(availability=99.9, p99_seconds=0.5, queue_seconds=0.25)
WATCHED = sample_watched(LEVEL)
APP = 'cluster="aks",kubernetes_namespace="scoring-dev",kubernetes_pod_name="app-1"'
KUBE = 'cluster="aks",namespace="scoring-dev"'
POD = f'{KUBE},pod="app-1",container="app"'
SCORE = 'method="POST",route="/score"'

RECORDED = "recorded"
"""Stands for the recordings alone."""

History = Mapping[str, str]
"""Series and their values, a minute apart, in the notation of promtool: "0+3x60" rises by 3 for an hour."""


def requests(good: str, bad: str) -> dict[str, str]:
    return {
        f'scoring_requests_total{{{APP},{SCORE},status="200"}}': good,
        f'scoring_requests_total{{{APP},{SCORE},status="500"}}': bad,
    }


def deployment(spec: str, available: str, updated: str) -> dict[str, str]:
    return {
        f'kube_deployment_spec_replicas{{{KUBE},deployment="app"}}': spec,
        f'kube_deployment_status_replicas_available{{{KUBE},deployment="app"}}': available,
        f'kube_deployment_status_replicas_updated{{{KUBE},deployment="app"}}': updated,
    }


def answers(fast: str, total: str) -> dict[str, str]:
    """`fast` answers within a quarter of a second, all within five."""
    series = f'{APP},route="/score"'
    return {
        f'scoring_request_seconds_bucket{{{series},le="0.25"}}': fast,
        f'scoring_request_seconds_bucket{{{series},le="5"}}': total,
        f'scoring_request_seconds_bucket{{{series},le="+Inf"}}': total,
        f"scoring_request_seconds_count{{{series}}}": total,
    }


def not_finite(refused: str, total: str) -> dict[str, str]:
    return {
        f"scoring_not_finite_total{{{APP}}}": refused,
        f'scoring_request_seconds_count{{{APP},route="/score"}}': total,
    }


def queued(fast: str, total: str) -> dict[str, str]:
    """`fast` waited a hundredth of a second at most, all of them one."""
    series = f'{APP},stage="queue"'
    return {
        f'scoring_stage_seconds_bucket{{{series},le="0.01"}}': fast,
        f'scoring_stage_seconds_bucket{{{series},le="1"}}': total,
        f'scoring_stage_seconds_bucket{{{series},le="+Inf"}}': total,
    }


def certificate(ends: int, due: int, minutes: int, *, ready: int = 1) -> dict[str, str]:
    """A certificate by the seconds of its end and of its renewal, on a clock that begins with the history."""
    series = f'{KUBE},name="scoring",issuer_name="scoring",issuer_kind="Issuer",issuer_group="cert-manager.io"'
    return {
        f"certmanager_certificate_expiration_timestamp_seconds{{{series}}}": f"{ends}+0x{minutes}",
        f"certmanager_certificate_renewal_timestamp_seconds{{{series}}}": f"{due}+0x{minutes}",
        f'certmanager_certificate_ready_status{{{series},condition="True"}}': f"{ready}+0x{minutes}",
    }


def named(rule: Alert | Recording) -> dict[str, Any]:
    if isinstance(rule, Recording):
        return {"record": rule.name, "expr": rule.expression}
    return {"alert": rule.name, "expr": rule.expression, "for": f"{rule.minutes}m"}


def written(place: Path, alert: str = "") -> Path:
    """The rules in the form that Prometheus reads: all of them, or those that one alert is made of."""
    found = groups(WATCHED, issued=True)
    content = [{"name": group.name, "rules": [named(rule) for rule in _wanted(group, alert)]} for group in found]
    place.write_text(json.dumps({"groups": content}))
    return place


def _wanted(group: Group, alert: str) -> list[Alert | Recording]:
    own = any(rule.name == alert for rule in group.rules) or alert == RECORDED
    return [rule for rule in group.rules if alert in ("", rule.name) or (own and isinstance(rule, Recording))]


def judged(folder: Path, rules: str, history: History, minute: int, expression: str, value: float) -> str:
    """What Prometheus says about the value of an expression at some minute; nothing if it is as expected."""
    test = {
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in history.items()],
        "promql_expr_test": [
            {"expr": expression, "eval_time": f"{minute}m", "exp_samples": [{"labels": "{}", "value": value}]}
        ],
    }
    # Days are looked at every quarter of an hour: nobody waits for a test that long.
    interval = "1m" if minute < 500 else "15m"
    content = {
        "rule_files": [str(written(folder / "rules.yaml", rules))],
        "evaluation_interval": interval,
        "tests": [test],
    }
    place = folder / "test.yaml"
    place.write_text(json.dumps(content))
    done = subprocess.run([str(PROMTOOL), "test", "rules", str(place)], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def raised(folder: Path, history: History, minute: int, alert: str, *, expected: bool) -> str:
    firing = f'ALERTS{{alertname="{alert}",alertstate="firing"}}'
    return judged(folder, alert, history, minute, f"count({firing}) or vector(0)", int(expected))


def test_prometheus_accepts_every_rule(tmp_path: Path) -> None:
    rules = written(tmp_path / "rules.yaml")
    done = subprocess.run([str(PROMTOOL), "check", "rules", str(rules)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "38 rules found" in done.stdout


RAISED: list[tuple[str, int, History]] = [
    ("AvailabilityBurnsFast", 65, requests("0+58x70", "0+2x70")),
    ("AvailabilityBurnsFast", 65, {f'scoring_requests_total{{{APP},{SCORE},status="503"}}': "0+9x70"}),
    ("AvailabilityBurns", 400, requests("0+990x410", "0+8x410")),
    ("AvailabilityErodes", 1605, requests("0+990x1610", "0+5x1610")),
    ("AvailabilityErodesSlowly", 4605, requests("0+990x4610", "0+2x4610")),
    ("NoReplicaAvailable", 10, deployment("2+0x10", "0+0x10", "2+0x10")),
    ("AppMetricsMissing", 30, deployment("2+0x30", "2+0x30", "2+0x30")),
    ("ReplicasMissing", 30, deployment("3+0x30", "2+0x30", "3+0x30")),
    ("RolloutStuck", 40, deployment("3+0x40", "3+0x40", "1+0x40")),
    (
        "SeveralReleases",
        90,
        {f'scoring_build_info{{{APP},commit="{commit}",build="1"}}': "1+0x90" for commit in ("old", "new")},
    ),
    (
        "SeveralReleases",
        90,
        {
            f'scoring_model_info{{{APP},name="m",version="{version}",sha256="{version}"}}': "1+0x90"
            for version in ("1", "2")
        },
    ),
    (
        "ReplicaCannotStart",
        10,
        {f'kube_pod_container_status_waiting_reason{{{POD},reason="ImagePullBackOff"}}': "1+0x10"},
    ),
    ("ReplicaNotReady", 20, {f"kube_pod_container_status_ready{{{POD}}}": "0+0x20"}),
    ("ReplicaRestarts", 31, {f"kube_pod_container_status_restarts_total{{{POD}}}": "0x10 1x5 2x5 4x20"}),
    (
        "ReplicaOutOfMemory",
        15,
        {
            f"kube_pod_container_status_restarts_total{{{POD}}}": "0x10 1x20",
            f'kube_pod_container_status_last_terminated_reason{{{POD},reason="OOMKilled"}}': "_x10 1x20",
        },
    ),
    ("AnswersSlow", 45, answers("0+97x50", "0+100x50")),
    ("QueueLong", 25, queued("0+90x30", "0+100x30")),
    ("QueueNearlyFull", 15, {f"scoring_queue_waiting{{{APP}}}": "40+0x20"}),
    (
        "MemoryNearLimit",
        20,
        {
            f"container_memory_working_set_bytes{{{POD}}}": "950+0x20",
            f'kube_pod_container_resource_limits{{{POD},resource="memory",unit="byte"}}': "1000+0x20",
        },
    ),
    (
        "AutoscalerAtItsMost",
        40,
        {
            f'kube_horizontalpodautoscaler_status_current_replicas{{{KUBE},horizontalpodautoscaler="app"}}': "6+0x40",
            f'kube_horizontalpodautoscaler_spec_max_replicas{{{KUBE},horizontalpodautoscaler="app"}}': "6+0x40",
        },
    ),
    ("WorkersLost", 12, {f"scoring_workers_lost_total{{{APP}}}": "0x5 1x20"}),
    ("AnswersNotFinite", 45, not_finite("0+2x50", "0+100x50")),
    (
        "NodeNotReady",
        15,
        {'kube_node_status_condition{cluster="aks",node="n1",condition="Ready",status="true"}': "0+0x20"},
    ),
    (
        "NodeUnderPressure",
        10,
        {'kube_node_status_condition{cluster="aks",node="n1",condition="DiskPressure",status="true"}': "1+0x20"},
    ),
    (
        "NodeDiskNearlyFull",
        20,
        {
            'node_filesystem_avail_bytes{cluster="aks",instance="n1",mountpoint="/"}': "10+0x20",
            'node_filesystem_size_bytes{cluster="aks",instance="n1",mountpoint="/"}': "100+0x20",
        },
    ),
    ("NodeBusy", 50, {'node_cpu_seconds_total{cluster="aks",instance="n1",cpu="0",mode="idle"}': "0+3x50"}),
    ("PodsPending", 20, {f'kube_pod_status_phase{{{KUBE},pod="app-2",phase="Pending"}}': "1+0x20"}),
    (
        "SystemPodCrashes",
        25,
        {
            "kube_pod_container_status_waiting_reason"
            '{cluster="aks",namespace="kube-system",pod="coredns-1",container="c",reason="CrashLoopBackOff"}': "1+0x30"
        },
    ),
    ("CertificateExpires", 70, certificate(13 * 86_400, 60, 70)),
    ("CertificateNotIssued", 40, certificate(0, 0, 40, ready=0)),
    ("CertificateNotRenewed", 1575, certificate(40 * 86_400, 60, 1600)),
    ("CertificateMetricsMissing", 70, deployment("2+0x70", "2+0x70", "2+0x70")),
    ("ClusterMetricsMissing", 40, {f"scoring_ready{{{APP}}}": "1+0x40"}),
]


@pytest.mark.parametrize(("alert", "minute", "history"), RAISED, ids=[case[0] for case in RAISED])
def test_it_is_raised(tmp_path: Path, alert: str, minute: int, history: History) -> None:
    assert not raised(tmp_path, history, minute, alert, expected=True)


def test_every_alert_has_a_history_in_which_it_is_raised() -> None:
    found = groups(WATCHED, issued=True)

    assert {case[0] for case in RAISED} == {
        rule.name for group in found for rule in group.rules if isinstance(rule, Alert)
    }


SILENT: list[tuple[str, str, int, History]] = [
    ("a failure in a thousand is allowed", "AvailabilityBurnsFast", 65, requests("0+990x70", "0+1x70")),
    ("of little traffic a few failures are many", "AvailabilityBurnsFast", 65, requests("0 1x70", "0 4x70")),
    ("it is over", "AvailabilityBurnsFast", 65, requests("0+58x70", "0+5x50 250+0x20")),
    (
        "probes that fail",
        "AvailabilityBurnsFast",
        65,
        {f'scoring_requests_total{{{APP},method="GET",route="/readyz",status="503"}}': "0+9x70"},
    ),
    (
        "another environment's failures",
        "AvailabilityBurnsFast",
        65,
        {f'scoring_requests_total{{cluster="aks",kubernetes_namespace="other",{SCORE},status="500"}}': "0+9x70"},
    ),
    ("nothing is deployed yet", "NoReplicaAvailable", 30, {"up{}": "1x30"}),
    ("nothing is deployed yet", "AppMetricsMissing", 30, {"up{}": "1x30"}),
    (
        "replicas are starting",
        "AppMetricsMissing",
        30,
        {**deployment("2+0x30", "2+0x30", "2+0x30"), f"scoring_ready{{{APP}}}": "0+0x30"},
    ),
    ("a rollout gets on", "RolloutStuck", 40, deployment("3+0x40", "3+0x40", "1x15 3x25")),
    (
        "a killed container that did not come back to life lately",
        "ReplicaOutOfMemory",
        50,
        {
            f"kube_pod_container_status_restarts_total{{{POD}}}": "1+0x60",
            f'kube_pod_container_status_last_terminated_reason{{{POD},reason="OOMKilled"}}': "1+0x60",
        },
    ),
    ("of few pictures one is slow", "AnswersSlow", 45, answers("0+1x50", "0+2x50")),
    ("one in two hundred is slow", "AnswersSlow", 45, answers("0+199x50", "0+200x50")),
    ("a worker was lost long ago", "WorkersLost", 40, {f"scoring_workers_lost_total{{{APP}}}": "1+0x50"}),
    ("one caller's tensors among many pictures", "AnswersNotFinite", 45, not_finite("0+1x50", "0+200x50")),
    ("of few pictures one", "AnswersNotFinite", 45, not_finite("0x40 1x10", "0x30 1x20")),
    ("no picture at all", "AnswersNotFinite", 45, not_finite("0x50", "0x50")),
    ("it lasts for longer", "CertificateExpires", 70, certificate(15 * 86_400, 60, 70)),
    ("one of six days, renewed in time", "CertificateExpires", 70, certificate(6 * 86_400, 4 * 86_400, 70)),
    ("none was issued yet", "CertificateExpires", 70, certificate(0, 0, 70, ready=0)),
    ("a renewal takes some hours", "CertificateNotRenewed", 1200, certificate(40 * 86_400, 60, 1200)),
    ("nothing is deployed yet", "CertificateMetricsMissing", 70, {"up{}": "1x70"}),
    (
        "none is issued",
        "CertificateMetricsMissing",
        70,
        {**deployment("2+0x70", "2+0x70", "2+0x70"), **certificate(0, 0, 70, ready=0)},
    ),
    ("the first one is on its way", "CertificateNotIssued", 25, certificate(0, 0, 25, ready=0)),
    ("a pod starts", "PodsPending", 20, {f'kube_pod_status_phase{{{KUBE},pod="app-2",phase="Pending"}}': "1x5 0x20"}),
]


@pytest.mark.parametrize(
    ("why", "alert", "minute", "history"), SILENT, ids=[f"{case[1]}: {case[0]}" for case in SILENT]
)
def test_it_is_not_raised(tmp_path: Path, why: str, alert: str, minute: int, history: History) -> None:
    assert not raised(tmp_path, history, minute, alert, expected=False), why


@pytest.mark.parametrize(
    ("good", "bad", "ratio"),
    [("0+75x30", "0+25x30", 0.25), ("0+100x30", "_x30", 0.0), ("_x30", "0+100x30", 1.0)],
)
def test_the_recorded_share_is_right_also_where_nothing_or_everything_fails(
    tmp_path: Path, good: str, bad: str, ratio: float
) -> None:
    assert not judged(tmp_path, RECORDED, requests(good, bad), 20, f"sum({WATCHED.series.recorded_ratio('5m')})", ratio)


def test_without_requests_there_is_no_share(tmp_path: Path) -> None:
    idle = requests("5+0x30", "0+0x30")

    assert not judged(tmp_path, RECORDED, idle, 20, f"count({WATCHED.series.recorded_ratio('5m')}) or vector(0)", 0)
