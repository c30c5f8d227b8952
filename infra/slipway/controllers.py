"""Versions of the controllers that Slipway installs, and names that they give to things."""

GATEWAY_VERSION = "v1.9.1"
"""Envoy Gateway's chart and controller."""

CERT_MANAGER_VERSION = "v1.21.2"
"""cert-manager's chart and controllers."""

CERT_MANAGER_NAMESPACE = "cert-manager"

GATEWAY_CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller"
"""Name under which Envoy Gateway looks for classes that are its own."""

OWNING_GATEWAY = "gateway.envoyproxy.io/owning-gateway-name"
"""Label of proxies: the name of their Gateway."""

OWNING_NAMESPACE = "gateway.envoyproxy.io/owning-gateway-namespace"
"""Label of proxies: the namespace of their Gateway."""

SOLVER_LABELS = {"acme.cert-manager.io/http01-solver": "true"}
"""Labels of the pod that answers an authority's question."""

SOLVER_PORT = 8089
"""Port of that pod. Source: cert-manager, pkg/issuer/acme/http/http.go."""
