"""Objects of the way in through a gateway, as pure functions: settings in, objects out, nothing declared."""

from .callers import known_callers
from .certificate import certificate, certificate_secret, issuer
from .charts import cert_manager_values, gateway_values
from .custom import Custom
from .gateway import gateway, gateway_class
from .policies import allow_gateway, allow_solver
from .proxies import proxies
from .routes import app_route, app_route_name, redirect
from .split import Split, statistics
from .traffic import backend_traffic, client_traffic

__all__ = [
    "Custom",
    "Split",
    "allow_gateway",
    "allow_solver",
    "app_route",
    "app_route_name",
    "backend_traffic",
    "cert_manager_values",
    "certificate",
    "certificate_secret",
    "client_traffic",
    "gateway",
    "gateway_class",
    "gateway_values",
    "issuer",
    "known_callers",
    "proxies",
    "redirect",
    "statistics",
]
