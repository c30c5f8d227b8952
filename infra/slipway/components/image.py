"""The image, built and pushed by `pulumi up` itself: the inner loop of one developer, never of a pipeline."""

import posixpath
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from slipway.config.image import Image as Config
from slipway.contract.application import Application
from slipway.machines import ARCHITECTURE


@dataclass(frozen=True, kw_only=True)
class ImageArgs:
    """`repository` is the full name without a tag, `tag` what people read; the workload uses neither."""

    config: Config
    app: Application
    repository: pulumi.Input[str]
    tag: str
    commit: str


class Image(pulumi.ComponentResource):
    """Nothing is built by a preview, and nothing here logs in: `az acr login` comes before `pulumi up`.

    What is packed is what the Dockerfile's .dockerignore lets through, so nothing else in the context causes a rebuild.
    """

    reference: pulumi.Output[str]
    """The image by its digest, as the registry knows it."""

    def __init__(self, name: str, args: ImageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Image", name, None, opts)
        base = {"BASE_IMAGE": args.config.base_image} if args.config.base_image else {}
        image = docker.Image(
            f"{name}-app",
            image_name=pulumi.Output.format("{0}:{1}", args.repository, args.tag),
            build=docker.DockerBuildArgs(
                context=_from_infra(args.app, args.app.contract.image.context),
                dockerfile=_from_infra(args.app, args.app.contract.image.dockerfile),
                platform=f"linux/{ARCHITECTURE}",
                builder_version=docker.BuilderVersion.BUILDER_BUILD_KIT,
                args={"COMMIT": args.commit, "BUILD": args.tag, **base},
            ),
            build_on_preview=False,
            skip_push=False,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.reference = image.repo_digest
        self.register_outputs({"reference": self.reference})


def _from_infra(app: Application, path: str) -> str:
    """A path of the contract's, from infra/ where the program runs: the state must not know where the checkout lies."""
    return posixpath.normpath(posixpath.join("..", posixpath.dirname(app.path), path))
