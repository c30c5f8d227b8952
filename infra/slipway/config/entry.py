"""The way in for callers: a gateway that speaks HTTPS, or the app's own Service."""

from typing import Annotated, Literal

from pydantic import Field

from .base import Section
from .callers import Callers
from .canary import Canary
from .gateway_limits import Limits
from .quantities import Cpu, Memory
from .values import Email, HttpsUrl, ObjectName, PoolName

Chart = Annotated[str, Field(pattern=r"^oci://[\w.-]+(:\d+)?(/[\w.-]+)+$")]
"""A Helm chart in a registry, without its version."""

PinnedImage = Annotated[str, Field(pattern=r"^[\w.-]+(:\d+)?(/[\w.-]+)+@sha256:[0-9a-f]{64}$")]
"""An image by its digest, such as docker.io/envoyproxy/gateway@sha256:..."""


class GatewayImages(Section):
    """Images of Envoy Gateway. A private cluster pulls them from a registry of its own."""

    controller: PinnedImage
    """The controller; it also ends proxies gracefully, beside each."""

    proxy: PinnedImage
    """Envoy itself."""


class Gateway(Section):
    """The proxies that callers talk to, and their controller."""

    class_name: ObjectName | None = None
    """A class of an Envoy Gateway that the cluster has already. None: Slipway installs one, with a class of its own."""

    namespace: ObjectName = "envoy-gateway-system"
    """Namespace of the controller, which its proxies share."""

    chart: Chart = "oci://docker.io/envoyproxy/gateway-helm"
    """The controller's chart; Slipway fixes its version."""

    images: GatewayImages | None = None
    """Images by their digests. None: those that the chart names, by their versions."""

    pool: PoolName
    """Node pool of `cluster.pools` that controller and proxies run on."""

    min_replicas: Annotated[int, Field(ge=2, le=50)] = 2
    """The fewest proxies. Two at least: one may leave while the other answers."""

    max_replicas: Annotated[int, Field(ge=2, le=100)] = 4
    """The most proxies."""

    target_cpu_percent: Annotated[int, Field(ge=10, le=100)] = 60
    """CPU use that the autoscaler aims at, in percent of cpuRequest."""

    cpu_request: Cpu = "250m"
    """CPU that is kept for one proxy."""

    memory: Memory = "512Mi"
    """Memory of one proxy, kept for it and its limit."""

    pre_stop_seconds: Annotated[int, Field(ge=15, le=120)] = 20
    """A leaving proxy goes on as before for this long, until the load balancer has left its node out."""

    drain_seconds: Annotated[int, Field(ge=16, le=600)] = 90
    """The most that a leaving proxy takes in all, its last requests included."""

    limits: Limits = Limits()
    """Bounds on what callers may take."""

    canary: Canary | None = None
    """A place where a new release takes a share of the requests before it takes all. None: it takes all at once."""


class AcmeImages(Section):
    """Images of cert-manager."""

    controller: PinnedImage
    """The controller."""

    webhook: PinnedImage
    """The webhook that checks its objects."""

    cainjector: PinnedImage
    """The part that hands the webhook's certificate to the API server."""

    acmesolver: PinnedImage
    """The pod that answers the authority's question, for seconds."""


class Acme(Section):
    """An authority that issues certificates by ACME, after a look at port 80 of the host."""

    email: Email
    """The address that the authority writes to before a certificate expires."""

    server: HttpsUrl = "https://acme-v02.api.letsencrypt.org/directory"
    """The authority's directory."""

    profile: Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")] | None = None
    """Kind of certificate, where the authority offers several."""

    ca_bundle: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+=*$")] | None = None
    """Certificate of the directory itself, PEM in base64, where no public authority vouches for it."""

    chart: Chart = "oci://quay.io/jetstack/charts/cert-manager"
    """cert-manager's chart; Slipway fixes its version."""

    images: AcmeImages | None = None
    """Images by their digests. None: those that the chart names, by their versions."""


class Certificate(Section):
    """The certificate for `slipway:address`'s name: exactly one of the two."""

    acme: Acme | None = None
    """An authority that issues it and renews it."""

    secret: ObjectName | None = None
    """A Secret of type kubernetes.io/tls in the environment's namespace, which people keep up to date."""


class Entry(Section):
    """`slipway:entry`. The way in for callers."""

    kind: Literal["gateway", "service"]
    """gateway: proxies that speak HTTPS. service: the load balancer leads straight to the app, over plain HTTP."""

    plain_http: bool = False
    """True lets requests and answers travel unencrypted. kind service has no other way, so it must say true."""

    gateway: Gateway | None = None
    """The proxies, with kind gateway."""

    certificate: Certificate | None = None
    """The certificate, with kind gateway."""

    callers: Callers = Callers()
    """Callers that are let in, with kind gateway."""

    @property
    def scheme(self) -> str:
        """The way in which callers write the address."""
        return "https" if self.kind == "gateway" else "http"

    @property
    def issued(self) -> bool:
        """True where an authority issues the certificate."""
        return bool(self.certificate and self.certificate.acme)

    @property
    def canary(self) -> Canary | None:
        """The place of a canary, None where none is kept."""
        return self.gateway.canary if self.gateway else None

    @property
    def ports(self) -> tuple[int, ...]:
        """Ports of the gateway's public address; empty where the Service's own port is public."""
        return (80, 443) if self.kind == "gateway" else ()
