"""`python -m app.scoring`: check the settings and the model's manifest, then serve."""

import sys

from . import manifest, settings
from .server import Server


def main() -> int:
    """Exit code 2 with every fault on stderr where the settings or the manifest cannot be used."""
    try:
        chosen = settings.load()
        manifest.read(chosen.model_dir)
    except (settings.SettingsError, manifest.ManifestError) as error:
        sys.stderr.write(f"scoring cannot start:\n{error}\n")
        return 2
    Server(chosen).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
