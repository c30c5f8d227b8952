"""Secrets in clear, told by the name of their property or by their look."""

import re
from functools import lru_cache
from typing import Final

_WORDS: Final = (
    "password|passwd|pwd|passphrase|secret|secretvalue|token|credentials|kubeconfig|client-?key-?data|sasuri|sasurl|"
    "connectionstring|apikey|accesskey|accountkey|privatekey|primarykey|secondarykey|sharedkey|storagekey|"
    "functionkey|subscriptionkey|signingkey|instrumentationkey|webhookkey|authorization"
).replace("key", "[_-]?key").replace("string", "[_-]?string")  # fmt: skip
_NAME: Final = re.compile(rf"[\w.-]*?(?:(?:{_WORDS})|(?:^|[_.-])pat)", re.IGNORECASE)
_CAMEL_PAT: Final = re.compile(r"\w*[a-z]Pat")
_PUBLIC: Final = re.compile(r"public[_-]?(?:key|token)$|^AZURE_TOKEN_CREDENTIALS$", re.IGNORECASE)
"""Names that sound like a secret and hold none. The variable of Azure's libraries names a kind of credential."""

_GIVEN: Final = rf"(?:{_WORDS}|(?<![a-z])pat)"
_ASSIGNED: Final = rf"{_GIVEN}[\"']?\s*=\s*[\"']?(?!(?:true|false|none|null|enabled|disabled)\b)[^\s\"'$;&{{<]{{3}}"
_FLAGGED: Final = rf"-[\w-]*{_GIVEN}\s+[\"']?[^\s\"'$;&{{<-][^\s\"'$;&{{<]{{2}}"
_IN_ADDRESS: Final = r"[?&](?:sig|code|key|secret|token|access_token|api-?key|subscription-key)=[\w%+/=.~-]{8}"
_AZURE: Final = ("8Q~", "AZDO", "AzFu", "+ASt", "ACDb", "+ACR", "+AMC", "AzSe", "APIM")
_LOOKS: Final = tuple(
    (needles, re.compile(pattern, flags))
    for needles, pattern, flags in (
        (("-----",), r"-----BEGIN [A-Z ]*PRIVATE KEY-----", 0),
        (("=",), rf"{_ASSIGNED}|{_IN_ADDRESS}|SharedAccess(?:Signature|Key)\s*=\s*[^;\s$]", re.IGNORECASE),
        ((" ",), rf"{_FLAGGED}|\b(?:Bearer|Basic) [A-Za-z0-9+/=._-]{{16}}", re.IGNORECASE),
        (("://",), r"://[^/\s:@${}]+:[^/\s:@${}]+@|hooks\.slack\.com/services/T\w+/\w+/\w{8}", 0),
        (("webhook",), r"webhook\.office\.com/webhookb2/|/api/webhooks/\d+/[\w-]{8}", 0),
        (("eyJ",), r"\beyJ[\w-]{10,}\.eyJ[\w-]{10}", 0),
        (("gh", "glpat-"), r"\bgh[pousr]_[A-Za-z0-9]{20}|\bgithub_pat_\w{20}|\bglpat-[\w-]{20}", 0),
        (("npm_", "pypi-"), r"\bnpm_[A-Za-z0-9]{30}|\bpypi-[\w-]{40}", 0),
        (("AKIA", "ASIA", "AIza"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}", 0),
        (("xox", "sk-", "k_", "SG."), r"\bxox[abeoprs]-[\w-]{10}|\bsk-[\w-]{20}|\b[rs]k_(?:live|test)_\w{16}", 0),
        (("SG.",), r"\bSG\.[\w-]{16,}\.[\w-]{16}", 0),
        (_AZURE[:2], r"[\w~.-]{3}8Q~[\w~.-]{31}|[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}", 0),
        (_AZURE[2:], r"[\w+/-]{32}(?:AzFu|\+ASt|ACDb|\+ACR|\+AMC|AzSe|APIM)[\w+/=-]{5}", 0),
    )
)
"""Texts that are worth a search, by what they hold, and the look of a secret in them."""
_LONG: Final = (
    (52, re.compile(r"\b[a-z2-7]{52}\b")),  # an older token of Azure DevOps
    (88, re.compile(r"[A-Za-z0-9+/]{86}==")),  # an account key of Azure Storage
)
_SHORTEST: Final = 7
"""No text that looks like a secret is shorter."""
_AWS: Final = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")


@lru_cache(maxsize=100_000)
def sounds_secret(name: str) -> bool:
    """Return whether a property of this name holds a secret. A few names make up all of a large estate."""
    found = _NAME.fullmatch(name) or _CAMEL_PAT.fullmatch(name)
    return found is not None and _PUBLIC.search(name) is None


def is_secret_flag(argument: object) -> bool:
    """Return whether a command's argument says that the next one is a secret."""
    return isinstance(argument, str) and argument.startswith("-") and sounds_secret(argument.lstrip("-"))


@lru_cache(maxsize=100_000)
def looks_secret(text: str) -> bool:
    """Return whether any part of a text looks like a secret."""
    size = len(text)
    if size < _SHORTEST:
        return False
    if any(look.search(text) for needles, look in _LOOKS if any(needle in text for needle in needles)):
        return True
    if any(look.search(text) for least, look in _LONG if size >= least):
        return True
    return size >= 40 and any(map(_is_random, _AWS.findall(text)))


def _is_random(text: str) -> bool:
    """Return whether 40 characters are a secret key of AWS rather than a hash, a path or words."""
    upper, lower, digits = (sum(map(test, text)) for test in (str.isupper, str.islower, str.isdigit))
    return upper >= 5 and lower >= 5 and digits >= 1 and text.count("/") <= 3
