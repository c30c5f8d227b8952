"""The image, built and pushed by `pulumi up` itself: the inner loop of one developer, never of a pipeline."""

from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from slipway.config.image import Image as Config


@dataclass(frozen=True, kw_only=True)
class ImageArgs:
    """`repository` is the full name without a tag, `tag` what people read; the workload uses neither."""

    config: Config
    repository: pulumi.Input[str]
    tag: str
    commit: str


class Image(pulumi.ComponentResource):
    """Nothing is built by a preview, and nothing here logs in: `az acr login` comes before `pulumi up`.

    What is packed is what app/Dockerfile.dockerignore lets through, so nothing else in the folder causes a rebuild.
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
                context="..",  # the program runs in infra/, and the state must not know where the checkout lies
                dockerfile="../app/Dockerfile",
                platform="linux/amd64",
                builder_version=docker.BuilderVersion.BUILDER_BUILD_KIT,
                args={"COMMIT": args.commit, "BUILD": args.tag, **base},
            ),
            build_on_preview=False,
            skip_push=False,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.reference = image.repo_digest
        self.register_outputs({"reference": self.reference})
