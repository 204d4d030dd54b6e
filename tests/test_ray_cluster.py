"""ray_cluster.yaml, read by Ray itself as `ray up` does before it talks to any cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ray.autoscaler._private.util import prepare_config, validate_config

FILE = Path(__file__).parent.parent / "ray_cluster.yaml"


@pytest.fixture
def cluster() -> dict[str, Any]:
    return prepare_config(yaml.safe_load(FILE.read_text()))


def test_ray_accepts_the_launcher_file(cluster: dict[str, Any]) -> None:
    validate_config(cluster)


def test_rays_validator_would_refuse_a_misspelt_field(cluster: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="node_typs"):
        validate_config({**cluster, "node_typs": {}})


def test_there_is_a_head_and_workers_with_and_without_a_gpu(cluster: dict[str, Any]) -> None:
    types = cluster["available_node_types"]
    workers = [kind for name, kind in types.items() if name != cluster["head_node_type"]]
    assert {bool(kind["resources"].get("GPU")) for kind in workers} == {False, True}
    assert all(kind["max_workers"] > 0 for kind in workers)


def test_calls_need_a_token_and_the_dashboard_stays_on_loopback(cluster: dict[str, Any]) -> None:
    everything = "\n".join(cluster["setup_commands"] + cluster["head_start_ray_commands"])
    assert "RAY_AUTH_MODE=token" in everything
    assert "--dashboard-host=127.0.0.1" in everything
    assert "~/.ray/auth_token" in cluster["file_mounts"]


def test_every_node_installs_the_pinned_versions(cluster: dict[str, Any]) -> None:
    commands = "\n".join(cluster["setup_commands"])
    assert "-c loraframe/requirements/constraints.txt" in commands
    assert "--require-hashes" in commands
