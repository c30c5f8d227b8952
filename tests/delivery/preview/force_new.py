"""Reads from pulumi-kubernetes' source which properties it cannot change in place, by `python -m`.

    python -m tests.delivery.preview.force_new SOURCE < diff.go

`diff.go` lies in the provider's repository under provider/pkg/provider; SOURCE names its version, such as v4.34.2. The
result is delivery/preview/kubernetes_force_new.json.
"""

import json
import re
import sys

from delivery.preview.kubernetes_rules import TABLE

_WORDS = re.compile(r"""//[^\n]*|"([^"\n]*)"|([A-Za-z_]\w*|\[\]|\S)""")
Tables = dict[str, dict[str, list[str]]]


def read(source: str) -> Tables:
    """Return the paths of each kind of each group and version. ValueError: a form that is not known."""
    variables = {name: _tokens(body) for name, body in _declarations(source).items()}
    functions = {name: _tokens(body) for name, body in _functions(source).items()}
    reader = _Reader(variables, functions)
    found: Tables = {}
    for group, versions in _mapping(variables["forceNew"]).items():
        for version, kinds in _mapping(reader.resolved(versions)).items():
            known = found.setdefault(f"{group or 'core'}/{version}", {})
            known |= {kind: _outermost(reader.paths(body)) for kind, body in _mapping(kinds).items()}
    return dict(sorted(found.items()))


class _Reader:
    def __init__(self, variables: dict[str, list[str]], functions: dict[str, list[str]]) -> None:
        self._variables, self._functions = variables, functions

    def resolved(self, tokens: list[str]) -> list[str]:
        """The body behind a name, or the tokens themselves."""
        return self._variables.get(tokens[0], tokens)

    def paths(self, tokens: list[str]) -> list[str]:
        """Every path of `properties{...}`, `append(properties{...}, function(prefix)...)` or a name of either."""
        tokens = self.resolved(tokens)
        found, position = [], 0
        while position < len(tokens):
            word = tokens[position]
            if word in self._functions:
                end = tokens.index(")", position)
                prefixes = [_text(token) for token in tokens[position:end] if token.startswith('"')]
                own = [_text(token) for token in self._functions[word] if token.startswith('"')]
                found += [prefix + path for prefix in prefixes for path in own]
                position = end
            elif word.startswith('"'):
                found.append(_text(word))
            position += 1
        return found


def _outermost(paths: list[str]) -> list[str]:
    """The paths without those that lie below another one, and without their first dot."""
    return sorted({path[1:] for path in paths if not any(path.startswith(f"{other}.") for other in paths)})


def _declarations(source: str) -> dict[str, str]:
    return dict(re.findall(r"^var (\w+) = (.*?)^[})]$", source, re.MULTILINE | re.DOTALL))


def _functions(source: str) -> dict[str, str]:
    found = re.findall(r"^func (\w+ForceNewProperties)\(.*?\) properties \{(.*?)^\}$", source, re.MULTILINE | re.DOTALL)
    return dict(found)


def _tokens(text: str) -> list[str]:
    return [match[0] for match in _WORDS.finditer(text) if not match[0].startswith("//")]


def _mapping(tokens: list[str]) -> dict[str, list[str]]:
    """Return keys and bodies of `name{"key": body, ...}`."""
    found: dict[str, list[str]] = {}
    key, depth = "", 0
    body: list[str] = []
    for word in tokens[tokens.index("{") + 1 :]:
        if depth == 0 and word == "}":
            break
        if depth == 0 and word == ":":
            key, body = _text(body[-1]), []
        elif depth == 0 and word == ",":
            found[key], body = body, []
        else:
            body.append(word)
            depth += (word in ("{", "(")) - (word in ("}", ")"))
    if body:
        found[key] = body
    return found


def _text(token: str) -> str:
    return token.strip('"')


def main() -> None:
    """Write the table."""
    [source] = sys.argv[1:]
    table = {"source": f"pulumi-kubernetes {source}, provider/pkg/provider/diff.go", "kinds": read(sys.stdin.read())}
    TABLE.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
