"""`python -m app.checks`: what the contract of this app runs against a started image and a deployed release."""

import argparse
import http
import sys

from .hostile import LIGHT, check_workers, refuse, requests
from .promises import PICTURES, Promises
from .service import CheckError, Service, ask, parse


def main() -> int:
    """Run one command: a line for each check that is kept, or a sentence on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m app.checks", description="Checks of the started app.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    image = commands.add_parser("image", help="the HTTP contract, then every hostile request")
    image.add_argument("url")
    image.add_argument("management_url")
    image.add_argument("model", help="the model's name")
    image.set_defaults(run=lambda given: check_image(parse(given.url, given.management_url), given.model))
    release = commands.add_parser("release", help="what may be asked beside users")
    release.add_argument("url")
    release.set_defaults(run=lambda given: check_release(parse(given.url)))
    given = parser.parse_args()
    try:
        given.run(given)
    except CheckError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def check_image(service: Service, model: str) -> None:
    """Print a line for each promise, then send what must be refused. Raises CheckError."""
    for name, check in Promises(service, model).checks():
        _say(f"{name}: {check()}")
    count = 0
    for request in requests(PICTURES[0], model):
        refuse(service, request)
        count += 1
    _say(f"hostile: {count} requests refused, each with its reason")
    _say(f"workers: {check_workers(service)}")


def check_release(service: Service) -> None:
    """Print what the contract of scores and of errors came to. Raises CheckError."""
    _say(f"score: {Promises(service, '').score()}")
    wanted = [one for one in requests(PICTURES[0], "none") if one.name in LIGHT]
    for request in wanted:
        refuse(service, request)
    if ask(service, "GET", "/score").status != http.HTTPStatus.METHOD_NOT_ALLOWED:
        raise CheckError("GET /score: answered, expected 405")
    _say(f"errors: {len(wanted) + 1} wrong requests refused, each with its reason")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
