"""compose.yaml and the Dockerfile start what there is, and leave nothing open."""

from __future__ import annotations

from pathlib import Path

import yaml

from bot.cli import cli
from config.settings import FILE, Settings

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_services_run_commands_and_settings_that_exist() -> None:
    """Each of Haru's services is a command of `haru`, with names that are settings."""
    services = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
    assert services.keys() == {"migrate", "web", "worker"}
    for service in services.values():
        program, command = service["command"]
        assert program == "haru"
        assert command in cli.commands
        for name in service["environment"]:
            assert name.removesuffix(FILE).lower() in Settings.model_fields


def test_they_start_in_order_and_are_watched() -> None:
    """The database is healthy before it is migrated, and migrated before anybody uses it."""
    services = COMPOSE["services"]
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("web", "worker"):
        after = services[name]["depends_on"]["migrate"]
        assert after == {"condition": "service_completed_successfully"}
        assert "healthcheck" in services[name]


def test_they_keep_data_in_volumes_and_secrets_in_files() -> None:
    """Every volume and secret that a service names is declared, and no password stands in the file."""
    for service in COMPOSE["services"].values():
        for volume in service["volumes"]:
            assert volume.partition(":")[0] in COMPOSE["volumes"]
        assert set(service["secrets"]) <= COMPOSE["secrets"].keys()
        assert not [name for name in service["environment"] if name.endswith("PASSWORD")]


def test_the_image_runs_as_its_own_user() -> None:
    """The last stage has a user of its own, and no compiler is ever installed."""
    assert "USER haru" in DOCKERFILE.rpartition("FROM ")[2]
    assert "apt-get" not in DOCKERFILE
    assert "@sha256" not in DOCKERFILE
