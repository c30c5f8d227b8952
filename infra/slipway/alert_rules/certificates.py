"""The certificate that cert-manager issues and renews, by its own metrics."""

from .rule import DURATION, Alert, Group, Severity, of

_DAY = 86_400
_FORTNIGHT = 14 * _DAY


def group(namespace: str) -> Group:
    """Return the alerts on certificates of an environment, by the namespace that they are in."""
    own = f'namespace="{namespace}"'
    ready = f'certmanager_certificate_ready_status{{{own},condition="True"}}'
    left = f"certmanager_certificate_expiration_timestamp_seconds{{{own}}} > 0"
    due = f"certmanager_certificate_renewal_timestamp_seconds{{{own}}} > 0"
    wanted = f"sum by (cluster) (kube_deployment_spec_replicas{{{own}}})"
    overdue = f"time() - min by (cluster, name) ({due})"
    return Group(
        name="certificates",
        description="The certificate that callers see: issued, renewed, far from its end",
        rules=(
            Alert(
                name="CertificateExpires",
                severity=Severity.ERROR,
                minutes=60,
                # Certificates of a few days are always near their end; one that is renewed in time is in order.
                expression=(
                    f"min by (cluster, name) ({left}) - time() < {_FORTNIGHT} and on (cluster, name) {overdue} > 0"
                ),
                summary=f"certificate {of('name')} expires in {DURATION}, and its renewal is due",
            ),
            Alert(
                name="CertificateNotIssued",
                severity=Severity.ERROR,
                minutes=30,
                expression=f"max by (cluster, name) ({ready}) == 0",
                summary=f"certificate {of('name')} is not issued: callers find none that they trust",
            ),
            Alert(
                name="CertificateNotRenewed",
                severity=Severity.WARNING,
                minutes=60,
                expression=f"{overdue} > {_DAY}",
                summary=f"the renewal of certificate {of('name')} fails, and was due {DURATION} ago",
            ),
            Alert(
                name="CertificateMetricsMissing",
                severity=Severity.WARNING,
                minutes=60,
                expression=f"{wanted} > 0 unless on (cluster) sum by (cluster) ({ready}) >= 0",
                summary="no metrics of certificates arrive: alerts on them are blind",
            ),
        ),
    )
