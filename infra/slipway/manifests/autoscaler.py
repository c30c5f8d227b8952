"""Number of replicas, by their CPU use."""

import pulumi
import pulumi_kubernetes.autoscaling.v2 as autoscaling

from slipway.config.workload import Scaling
from slipway.naming import Naming

from .metadata import metadata


def autoscaler(
    naming: Naming, scaling: Scaling, *, namespace: pulumi.Input[str], deployment: pulumi.Input[str]
) -> autoscaling.HorizontalPodAutoscalerInitArgs:
    """Up at once, down slowly: a replica too few costs requests, one too many costs cents.

    There is always one, also for a fixed number: who takes the field of the replicas back from an autoscaler is refused
    by the cluster. CPU is the measure because the cluster measures it of every app, and inference is little but CPU.
    """
    return autoscaling.HorizontalPodAutoscalerInitArgs(
        metadata=metadata(naming, namespace=namespace),
        spec=autoscaling.HorizontalPodAutoscalerSpecArgs(
            scale_target_ref=autoscaling.CrossVersionObjectReferenceArgs(
                api_version="apps/v1", kind="Deployment", name=deployment
            ),
            min_replicas=scaling.min_replicas,
            max_replicas=scaling.max_replicas,
            metrics=[
                autoscaling.MetricSpecArgs(
                    type="Resource",
                    resource=autoscaling.ResourceMetricSourceArgs(
                        name="cpu",
                        target=autoscaling.MetricTargetArgs(
                            type="Utilization", average_utilization=scaling.target_cpu_percent
                        ),
                    ),
                )
            ],
            behavior=autoscaling.HorizontalPodAutoscalerBehaviorArgs(
                scale_up=_rules(0, _policy("Percent", 100, seconds=15), _policy("Pods", 2, seconds=15)),
                scale_down=_rules(scaling.scale_down_seconds, _policy("Pods", 1, seconds=60)),
            ),
        ),
    )


def _rules(stable_seconds: int, *policies: autoscaling.HPAScalingPolicyArgs) -> autoscaling.HPAScalingRulesArgs:
    """The policy that moves most counts."""
    return autoscaling.HPAScalingRulesArgs(
        stabilization_window_seconds=stable_seconds, select_policy="Max", policies=list(policies)
    )


def _policy(type_: str, value: int, *, seconds: int) -> autoscaling.HPAScalingPolicyArgs:
    return autoscaling.HPAScalingPolicyArgs(type=type_, value=value, period_seconds=seconds)
