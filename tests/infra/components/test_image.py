"""The image that `pulumi up` builds: from the Dockerfile and the context that the app's contract names."""

from typing import Any

import pulumi
import pytest
from pulumi_docker.provider import Provider

from slipway.components.image import Image, ImageArgs
from slipway.config.image import Image as Config
from tests.infra.conftest import Declared
from tests.infra.support.apps import app


@pytest.mark.parametrize(
    ("path", "settings", "dockerfile", "context"),
    [
        ("app/app.yaml", {}, "../app/Dockerfile", ".."),
        ("tests/apps/tone/app.yaml", {"language": "en"}, "../tests/apps/tone/Dockerfile", "../tests/apps/tone"),
    ],
)
def test_paths_lead_from_infra_to_what_the_contract_names(
    declared: Declared, path: str, settings: dict[str, object], dockerfile: str, context: str
) -> None:
    args = ImageArgs(
        config=Config(build=True),
        app=app(path, **settings),
        repository="registry.example/x",
        tag="dev",
        commit="c0ffee",
    )

    recorded = declared(lambda: Image("image", args, pulumi.ResourceOptions(providers=[Provider("docker")])))

    build: Any = recorded.one("docker:index/image:Image").inputs["build"]
    assert (build["dockerfile"], build["context"]) == (dockerfile, context)
