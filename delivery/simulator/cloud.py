"""The simulated cloud: its resources, the requests that it took, and the faults that tests order.

One SQLite file, so that several plugin processes and a test use it at the same time.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .values import Properties, put

_TABLES = """
create table if not exists resource (id text primary key collate nocase, token text, name text, body text);
create table if not exists request (number integer primary key, method text, token text, name text, id text);
create table if not exists fault (number integer primary key, method text, token text, kind text, message text,
  seconds real, times integer);
create table if not exists death (number integer primary key);
"""


@dataclass(frozen=True)
class Resource:
    """A resource that exists: its cloud id, Pulumi type token, logical name and body."""

    id: str
    token: str
    name: str
    body: Properties


@dataclass(frozen=True)
class Request:
    """One request that was done: `create`, `update` or `delete` of a resource."""

    method: str
    token: str
    name: str
    id: str


@dataclass(frozen=True)
class Fault:
    """A failure to come: `refuse` (nothing happens), `break` (the resource exists, unhealthy), `slow`."""

    kind: str
    message: str = ""
    seconds: float = 0


def _resource(row: tuple[str, str, str, str]) -> Resource:
    resource_id, token, name, body = row
    return Resource(resource_id, token, name, json.loads(body))


@dataclass(frozen=True)
class Cloud:
    """Everything in one file, which is made on first use."""

    file: Path

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.file, timeout=30)
        try:
            with connection:
                connection.executescript("pragma synchronous=off;" + _TABLES)
                yield connection
        finally:
            connection.close()

    def get(self, resource_id: str) -> Resource | None:
        with self._open() as db:
            row = db.execute("select id, token, name, body from resource where id = ?", [resource_id]).fetchone()
        return _resource(row) if row else None

    def all(self, token: str = "%") -> list[Resource]:  # noqa: S107  # a type token is no password
        """Return the resources of a type, in the order of ids; `%` matches any text."""
        with self._open() as db:
            rows = db.execute("select id, token, name, body from resource where token like ? order by id", [token])
            return [_resource(row) for row in rows]

    def below(self, resource_id: str) -> list[Resource]:
        return [found for found in self.all() if found.id.lower().startswith(resource_id.lower() + "/")]

    def write(self, resource: Resource) -> None:
        with self._open() as db:
            row = [resource.id, resource.token, resource.name, json.dumps(resource.body)]
            db.execute("insert or replace into resource values (?, ?, ?, ?)", row)

    def remove(self, resource_id: str) -> None:
        """Remove a resource with all that lies in it, as Azure does."""
        gone = [resource_id, *(found.id for found in self.below(resource_id))]
        with self._open() as db:
            db.executemany("delete from resource where id = ?", [[one] for one in gone])

    def drift(self, resource_id: str, path: str, value: Any) -> None:
        """Change a resource as a person would by hand."""
        found = self.get(resource_id)
        assert found, f"{resource_id} does not exist"
        put(found.body, path, value)
        self.write(found)

    def record(self, method: str, token: str, name: str, resource_id: str) -> None:
        with self._open() as db:
            row = [method, token, name, resource_id]
            db.execute("insert into request (method, token, name, id) values (?, ?, ?, ?)", row)

    def kill_engine(self, number: int) -> None:
        """The engine is killed once this many more requests are done: the last one's answer never arrives."""
        with self._open() as db:
            db.execute("insert into death select ? + count(*) from request", [number])

    def deadly(self) -> bool:
        """Return whether the engine is to be killed now; asking uses it up."""
        with self._open() as db:
            db.execute("begin immediate")
            return db.execute("delete from death where number <= (select count(*) from request)").rowcount > 0

    def requests(self) -> list[Request]:
        with self._open() as db:
            return [Request(*row) for row in db.execute("select method, token, name, id from request order by number")]

    def fail(self, token: str, method: str, message: str, *, times: int = 1, kind: str = "refuse") -> None:
        """Fail the next `times` requests. With `kind="break"` the resource exists afterwards, unhealthy."""
        self._add(method, token, Fault(kind, message), times)

    def slow(self, token: str, method: str, seconds: float, *, times: int = 1) -> None:
        """Delay the next `times` requests."""
        self._add(method, token, Fault("slow", seconds=seconds), times)

    def _add(self, method: str, token: str, fault: Fault, times: int) -> None:
        with self._open() as db:
            row = [method, token, fault.kind, fault.message, fault.seconds, times]
            db.execute(
                "insert into fault (method, token, kind, message, seconds, times) values (?, ?, ?, ?, ?, ?)", row
            )

    def fault(self, method: str, token: str) -> Fault | None:
        """Return the fault that was ordered for this request, and count it."""
        with self._open() as db:
            db.execute("begin immediate")
            select = "select number, kind, message, seconds from fault where method = ? and token = ? and times > 0"
            row = db.execute(select + " order by number", [method, token]).fetchone()
            if row is None:
                return None
            db.execute("update fault set times = times - 1 where number = ?", [row[0]])
        return Fault(*row[1:])
