"""deploy/ is true: what it names exists (files, modules, ports, settings), and nothing has more than it needs."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_docs import documented_settings, routes_in_code

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
IMAGES = {"rasa": DEPLOY / "Dockerfile.rasa", "web": DEPLOY / "Dockerfile.web"}
COMPOSE = {name: yaml.safe_load((DEPLOY / name).read_text("utf-8")) for name in ("compose.yaml", "compose.scaled.yaml")}
#: Asked by those who run it, on the private network, and by nobody else.
PRIVATE = {"/metrics", "/readyz"}

each_image = pytest.mark.parametrize("image", IMAGES)
each_compose = pytest.mark.parametrize("compose", COMPOSE)


def instructions(image: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile with their arguments, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", IMAGES[image].read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in text.splitlines() if line.strip()]


def last_stage(image: str) -> list[tuple[str, str]]:
    found = instructions(image)
    return found[max(at for at, (name, _) in enumerate(found) if name == "FROM") :]


def of(stage: list[tuple[str, str]], name: str) -> list[str]:
    return [given for each, given in stage if each == name]


def services(compose: str) -> dict[str, Any]:
    return dict(COMPOSE[compose]["services"])


def ours(compose: str) -> dict[str, Any]:
    return {name: each for name, each in services(compose).items() if str(each["image"]).startswith("unclench-")}


# Images


@each_image
def test_what_an_image_copies_exists_and_is_let_through(image: str) -> None:
    let_through = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"]
    for given in of(instructions(image), "COPY"):
        if "--from=" in given:
            continue
        for source in given.split()[:-1]:
            if source == ".":
                continue
            assert (ROOT / source).exists(), source
            assert any(line == source or line.startswith(f"{source}/") for line in let_through) or any(
                line.endswith("/**") and source.startswith(line.removesuffix("**")) for line in let_through
            ), f"{source} is kept out by .dockerignore"


def test_what_training_reads_is_let_through() -> None:
    from tools.train import MADE_FROM

    let_through = (ROOT / ".dockerignore").read_text("utf-8")
    assert all(f"!{each}" in let_through for each in MADE_FROM)
    assert "!.env" not in let_through and "!var" not in let_through


@pytest.mark.parametrize(("image", "lock"), [("rasa", "requirements.lock"), ("web", "web/requirements.lock")])
def test_an_image_holds_what_its_lock_file_names_and_checks_every_hash(image: str, lock: str) -> None:
    assert f"{lock} /build/requirements.lock" in of(instructions(image), "COPY")
    installs = [run for run in of(instructions(image), "RUN") if "pip install" in run]
    assert len(installs) == 1 and "--require-hashes --no-deps -r /build/requirements.lock" in installs[0]
    assert (ROOT / lock).is_file()


@pytest.mark.parametrize(("image", "folder"), [("rasa", "."), ("web", "web")])
def test_an_image_has_the_python_that_the_project_asks_for(image: str, folder: str) -> None:
    wanted = (ROOT / folder / ".python-version").read_text("utf-8").strip()
    assert {given.split()[0] for given in of(instructions(image), "FROM") if given.startswith("python:")} == {
        f"python:{'.'.join(wanted.split('.')[:2])}-slim-bookworm"
    }


@each_image
def test_an_image_runs_as_nobody_in_particular_and_says_when_it_is_unwell(image: str) -> None:
    stage = last_stage(image)
    assert of(stage, "USER") == ["10001:10001"]
    assert stage.index(("USER", "10001:10001")) > max(
        at for at, (name, _) in enumerate(stage) if name in ("COPY", "RUN")
    )
    assert of(stage, "HEALTHCHECK") and of(stage, "VOLUME") == ["/app/var"]


@each_image
def test_the_module_that_an_image_starts_exists(image: str) -> None:
    command = json.loads(of(last_stage(image), "CMD")[0])
    module = command[command.index("-m") + 1]
    room = ROOT / "web" if image == "web" else ROOT
    assert any((room / module.replace(".", "/")).with_suffix(suffix).exists() for suffix in (".py", ""))
    if image == "rasa":
        assert importlib.util.find_spec(module)


@each_image
def test_a_health_check_asks_a_path_that_is_answered_at_a_port_that_is_open(image: str) -> None:
    stage = last_stage(image)
    port, path = re.findall(r"127\.0\.0\.1:(\d+)(/[\w/]+)", of(stage, "HEALTHCHECK")[0])[0]
    assert port in of(stage, "EXPOSE")[0].split()
    assert path in private_paths() | {path for _, path in routes_in_code()}


def private_paths() -> set[str]:
    """What Rasa's channel and the action server answer for those who watch."""
    channel = (ROOT / "components" / "channel.py").read_text("utf-8")
    return {f"/webhooks/unclench{path}" for path in re.findall(r'routes\.route\("([^"]+)"', channel)} | {"/health"}


# Compose


@each_compose
def test_every_container_of_ours_has_no_more_than_it_needs_and_comes_back(compose: str) -> None:
    for name, service in ours(compose).items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["restart"] == "always", name
        assert service["mem_limit"], name
        assert "user" not in service and "privileged" not in service, name


@each_compose
def test_only_the_way_in_is_published_and_rasa_is_private(compose: str) -> None:
    published = {name: each["ports"] for name, each in services(compose).items() if "ports" in each}
    assert set(published) == ({"nginx"} if "nginx" in services(compose) else {"web"})
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    networks = COMPOSE[compose]["networks"]
    for name, service in services(compose).items():
        if not name.startswith(("web", "nginx")):
            assert all(networks[each]["internal"] for each in service["networks"]), name


@each_compose
def test_no_secret_stands_in_a_file_and_each_that_is_asked_for_is_in_the_example(compose: str) -> None:
    text = (DEPLOY / compose).read_text("utf-8")
    asked = set(re.findall(r"\$\{(\w+):\?", text))
    example = dict(
        line.split("=", 1) for line in (DEPLOY / ".env.example").read_text("utf-8").splitlines() if "=" in line[:40]
    )
    assert asked <= set(example)
    assert all(not value for name, value in example.items() if "PUBLIC_URL" not in name and not name.startswith("#"))
    for service in services(compose).values():
        for name, value in (service.get("environment") or {}).items():
            if re.search("SECRET|KEYS|PASSWORD", name):
                assert str(value).startswith("${"), name


@each_compose
def test_every_setting_of_a_container_is_documented_and_read_there(compose: str) -> None:
    for name, service in ours(compose).items():
        given = {each for each in service.get("environment") or {} if each.startswith("UNCLENCH_")}
        assert given <= documented_settings(), name


@each_compose
def test_commands_are_those_of_the_images(compose: str) -> None:
    commands = {image: json.loads(of(last_stage(image), "CMD")[0]) for image in IMAGES}
    for name, service in ours(compose).items():
        if "command" in service and not name.startswith("actions"):
            assert service["command"] == commands[name.split("-")[0]], name


@each_compose
def test_files_that_are_mounted_exist(compose: str) -> None:
    for service in services(compose).values():
        for volume in service.get("volumes") or ():
            source = volume.split(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in COMPOSE[compose]["volumes"]


def test_every_replica_of_the_scaled_file_is_known_to_those_who_ask_it() -> None:
    scaled = services("compose.scaled.yaml")
    rasas = {name for name in scaled if name.startswith("rasa")}
    webs = {name for name in scaled if name.startswith("web")}
    assert len(rasas) >= 2 and len(webs) >= 2
    for web in webs:
        urls = scaled[web]["environment"]["UNCLENCH_RASA_URL"].split(",")
        assert set(urls) == {f"http://{name}:5005" for name in rasas}
    assert set(re.findall(r"server ([\w-]+):8000", scaled["nginx"]["environment"]["NGINX_WEB"])) == webs


def test_nginx_is_told_everything_that_its_file_asks_for() -> None:
    template = (DEPLOY / "nginx" / "nginx.conf.template").read_text("utf-8")
    nginx = services("compose.scaled.yaml")["nginx"]
    assert set(re.findall(r"\$\{(NGINX_\w+)\}", template)) == set(nginx["environment"])
    assert set(re.findall(r"\$\$(NGINX_\w+)", nginx["command"][-1])) == set(nginx["environment"])
    assert all(f"location = {path} {{ return 404; }}" in template for path in PRIVATE)


# systemd


def test_the_service_starts_what_is_there() -> None:
    unit = (DEPLOY / "systemd" / "unclench.service").read_text("utf-8")
    (start,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    module = shlex.split(start)[-1]
    assert importlib.util.find_spec(module)
    assert "Restart=always" in unit and "NoNewPrivileges=yes" in unit and "User=unclench" in unit
