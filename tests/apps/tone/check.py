"""Checks of this app: `check.py model FOLDER` before a model is published, `check.py service URL` later."""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path


def check_model(folder: Path) -> str:
    """Return the fault of a model; empty where each language has weights that are numbers."""
    weights = json.loads((folder / "weights.json").read_text(encoding="utf-8"))
    lacking = [language for language in ("en", "de") if not weights.get(language)]
    numbers = all(isinstance(one, float) for words in weights.values() for one in words.values())
    if lacking or not numbers:
        return (
            f"{folder / 'weights.json'}: found no weights for {lacking or 'some words'}, each is a number such as 0.5"
        )
    return ""


def check_service(url: str) -> str:
    """Return the fault of a service that takes what it must refuse."""
    wrong = urllib.request.Request(f"{url}/tone", b"no JSON", {"Content-Type": "application/json"})
    try:
        urllib.request.urlopen(wrong, timeout=10)
    except urllib.error.HTTPError as error:
        sys.stdout.write("refusals: a body that is no JSON\n")
        return "" if error.code == 400 else f"POST /tone: answered {error.code} to what is no JSON, expected 400"
    return "POST /tone: took what is no JSON"


kind, place = sys.argv[1:]
sys.exit((check_model(Path(place)) if kind == "model" else check_service(place)) or 0)
