"""The tone of a text, by the weights of its words."""

import json
import os
from pathlib import Path

from flask import Flask, Response, jsonify, request

WEIGHTS = json.loads((Path(os.environ["TONE_MODEL"]) / "weights.json").read_text(encoding="utf-8"))
LANGUAGE = os.environ.get("TONE_LANGUAGE", "en")
MAX_WORDS = int(os.environ.get("TONE_MAX_WORDS", "500"))
app = Flask(__name__)


@app.get("/health")
def health() -> str:
    """Answer once the weights are read."""
    return "ready"


@app.post("/tone")
def tone() -> tuple[Response, int]:
    """Return the sum of the words' weights, and the word for it."""
    body = request.get_json(silent=True)
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str) or len(text.split()) > MAX_WORDS:
        return jsonify(error=f"send JSON with a text of at most {MAX_WORDS} words"), 400
    score = sum(WEIGHTS[LANGUAGE].get(word.strip(".,!?").lower(), 0.0) for word in text.split())
    return jsonify(tone="good" if score > 0 else "bad" if score < 0 else "neutral", score=round(score, 3)), 200
