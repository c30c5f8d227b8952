"""Metadata that every object carries."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes.meta.v1 as meta

from slipway.naming import Naming


def metadata(
    naming: Naming,
    *,
    namespace: pulumi.Input[str] | None = None,
    name: str | None = None,
    version: str = "",
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> meta.ObjectMetaArgs:
    """Name, namespace and labels. Without a `name` Pulumi gives one, so that a replacement is made before the old goes.

    Only what a release changes carries a `version`: elsewhere each release would show as an update of everything.
    """
    common = {key: value for key, value in naming.labels(version).items() if value}
    return meta.ObjectMetaArgs(
        name=name,
        namespace=namespace,
        labels={**common, **(labels or {})},
        annotations=dict(annotations) if annotations else None,
    )


def selector(naming: Naming) -> meta.LabelSelectorArgs:
    """The workload's pods."""
    return meta.LabelSelectorArgs(match_labels=naming.selector)
