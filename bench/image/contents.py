"""What an image's room goes to, asked of the image itself."""

import json

from delivery.image.engine import docker

_LARGEST = 8
# Bytes as files have them, each counted once however many names it has.
_QUESTION = """
import json, os, pathlib, sys
def size(top):
    seen, total = set(), 0
    for folder, _, names in os.walk(top):
        for name in names:
            facts = os.lstat(os.path.join(folder, name))
            if (facts.st_dev, facts.st_ino) not in seen:
                seen.add((facts.st_dev, facts.st_ino))
                total += facts.st_size
    return total
packages = next(pathlib.Path(path) for path in sys.path if "site-packages" in path)
parts = {f"packages: {one.name}": size(one) for one in packages.iterdir() if one.is_dir()}
for place in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib/python3", "/usr/lib/python3.11",
              "/usr/local/lib", "/usr/share/locale", "/usr/share", "/usr/bin", "/usr/sbin", "/var/lib"):
    if os.path.isdir(place):
        parts[f"base: {place}"] = size(place)
print(json.dumps(parts))
"""


def contents(image: str) -> dict[str, int]:
    """The largest parts of the image by name, in bytes, largest first."""
    parts: dict[str, int] = json.loads(
        docker("run", "--rm", "--network", "none", "--user", "0", image, "python", "-c", _QUESTION, seconds=300)
    )
    return dict(sorted(parts.items(), key=lambda part: -part[1])[:_LARGEST])
