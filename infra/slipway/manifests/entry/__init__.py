"""Objects of the way in through a gateway, as pure functions: settings in, objects out, nothing declared."""

from .callers import known_callers
from .certificate import certificate, certificate_secret, issuer
from .charts import cert_manager_values, gateway_values
from .custom import Custom
from .gateway import gateway, gateway_class
from .policies import allow_gateway, allow_solver
from .proxies import proxies
from .routes import app_route, redirect
from .traffic import backend_traffic, client_traffic

__all__ = [
    "Custom",
    "allow_gateway",
    "allow_solver",
    "app_route",
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
]
