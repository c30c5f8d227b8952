"""The workload's Kubernetes objects as pure functions: settings in, typed arguments out, nothing declared."""

from .autoscaler import autoscaler
from .deployment import deployment
from .disruption_budget import disruption_budget
from .limits import limits
from .namespace import namespace
from .network_policies import allow_http, allow_metrics, allow_tracing, deny_all
from .pod import References
from .priority import priority
from .quota import quota
from .scraping import scraping
from .service import internal_service, service
from .service_account import service_account
from .settings import settings

__all__ = [
    "References",
    "allow_http",
    "allow_metrics",
    "allow_tracing",
    "autoscaler",
    "deny_all",
    "deployment",
    "disruption_budget",
    "internal_service",
    "limits",
    "namespace",
    "priority",
    "quota",
    "scraping",
    "service",
    "service_account",
    "settings",
]
