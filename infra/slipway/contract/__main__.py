"""`PYTHONPATH=infra python -m slipway.contract app/app.yaml`: check contracts, and name every mistake with its line."""

import sys
from pathlib import Path

from .reading import ContractError, read


def main(paths: list[str]) -> int:
    """0 where all are valid, 2 where one is not."""
    if not paths:
        sys.stderr.write("usage: python -m slipway.contract FILE...\n")
        return 2
    worst = 0
    for path in paths:
        try:
            contract = read(Path(path))
        except (ContractError, OSError) as error:
            sys.stderr.write(f"{error}\n")
            worst = 2
        else:
            sys.stdout.write(f"{path}: the contract of {contract.name}, {len(contract.settings)} settings\n")
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
