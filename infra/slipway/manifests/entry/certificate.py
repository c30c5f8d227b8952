"""The certificate and its authority."""

from typing import Any

import pulumi

from slipway.config.entry import Acme, Certificate
from slipway.manifests.metadata import metadata
from slipway.naming import Naming

from .custom import CERTIFICATE_API, Custom
from .gateway import HTTP


def certificate_secret(naming: Naming, config: Certificate) -> str:
    """The name of the Secret that the gateway reads."""
    return config.secret or f"{naming.workload}-tls"


def issuer(naming: Naming, acme: Acme, *, namespace: pulumi.Input[str], gateway: pulumi.Input[str]) -> Custom:
    """The authority. It asks on port 80 of the host; a route and a pod answer for as long as it asks."""
    solver = {
        "parentRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": gateway, "sectionName": HTTP}],
        "serviceType": "ClusterIP",
    }
    spec: dict[str, Any] = {
        "server": acme.server,
        "email": acme.email,
        "privateKeySecretRef": {"name": f"{naming.workload}-acme-account"},
        "solvers": [{"http01": {"gatewayHTTPRoute": solver}}],
    }
    if acme.profile:
        spec["profile"] = acme.profile
    if acme.ca_bundle:
        spec["caBundle"] = acme.ca_bundle
    return Custom(
        api_version=CERTIFICATE_API,
        kind="Issuer",
        metadata=metadata(naming, namespace=namespace, name=naming.workload),
        spec={"acme": spec},
    )


def certificate(
    naming: Naming,
    config: Certificate,
    *,
    namespace: pulumi.Input[str],
    issuer: pulumi.Input[str],
    host: pulumi.Input[str],
) -> Custom:
    """The host's certificate, with a new key each time."""
    return Custom(
        api_version=CERTIFICATE_API,
        kind="Certificate",
        metadata=metadata(naming, namespace=namespace, name=naming.workload),
        spec={
            "secretName": certificate_secret(naming, config),
            "dnsNames": [host],
            "issuerRef": {"group": "cert-manager.io", "kind": "Issuer", "name": issuer},
            "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
            "usages": ["digital signature", "server auth"],
        },
    )
