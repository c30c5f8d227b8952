"""The vocabulary of contracts: each legal value is defined once, with the message that a wrong one gets."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from slipway.config.words import Matching

Name = Annotated[str, Matching(r"[a-z][a-z0-9-]{0,38}[a-z0-9]", "2 to 40 of a-z, 0-9 and -, a letter first, no - last")]
"""The app's name."""

SettingName = Annotated[
    str, Matching(r"[a-z][A-Za-z0-9]{0,62}", "a name such as queueLimit: letters and digits, a small letter first")
]
"""A setting as stack files write it."""

Variable = Annotated[
    str, Matching(r"[A-Z_][A-Z0-9_]{0,126}", "a variable such as QUEUE_LIMIT: capital letters, digits and _")
]
"""An environment variable."""

UrlPath = Annotated[str, Matching(r"/[A-Za-z0-9._~/-]*", "a path such as /healthz, without host or query")]
"""A path of the app's own."""

RelativePath = Annotated[
    str, Matching(r"(?!/)[A-Za-z0-9._/-]+(?<!/)", "a path without a slash at either end, such as Dockerfile or ../data")
]
"""A path from the contract's folder."""

AbsolutePath = Annotated[str, Matching(r"(/[A-Za-z0-9._-]+)+", "a folder inside the image, such as /srv/model")]
"""A folder in the image."""

Repository = Annotated[
    str, Matching(r"(?=.{1,128}$)[a-z0-9]+([._/-][a-z0-9]+)*", "a repository such as scoring or team/scoring")
]
"""An image's repository inside a registry."""

FileName = Annotated[str, Matching(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", "a file's name, without a folder")]
"""A file of a model version."""

SampleName = Annotated[str, Matching(r"[a-z0-9][a-z0-9-]{0,62}", "a name such as small: small letters, digits and -")]
"""A sample model."""

SeriesName = Annotated[str, Matching(r"[a-zA-Z_:][a-zA-Z0-9_:]*", "a series such as http_requests_total")]
"""A Prometheus series."""

LabelName = Annotated[str, Matching(r"[a-zA-Z_][a-zA-Z0-9_]*", "a label such as status")]
"""A Prometheus label."""

RuleName = Annotated[str, Matching(r"[A-Z][A-Za-z0-9]{2,62}", "a name such as QueueNearlyFull")]
"""An alert."""

Text = Annotated[str, Field(min_length=1, max_length=2000)]
"""Words for people."""

Port = Annotated[int, Field(ge=1024, le=65535)]
"""A port that a container binds without a privilege."""


class Fact(StrEnum):
    """A value that the platform has by itself and can put into a variable."""

    PORT = "port"
    MANAGEMENT_PORT = "managementPort"
    CORES = "cores"
    MEMORY_BYTES = "memoryBytes"
    DRAIN_SECONDS = "drainSeconds"
    GRACE_SECONDS = "graceSeconds"
    OTLP_ENDPOINT = "otlpEndpoint"
    ENVIRONMENT = "environment"
    COMMIT = "commit"
    BUILD = "build"


NumberFact = Literal["cores", "memoryBytes", "drainSeconds", "graceSeconds"]
"""A fact that a setting's default or bound may follow: a number that a stack file says."""
