"""The documentation is true: what the code has is documented, what is documented is there. Reads files only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.cards import Library

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web" / "unclench_web"
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SETTING = re.compile(r"\bUNCLENCH_[A-Z]+(?:_[A-Z]+)*\b")
CARD_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
FENCE = re.compile(r"^```.*?^```[^\S\n]*$", re.MULTILINE | re.DOTALL)
#: What a run or an installation makes: named in the documentation, not in a fresh checkout.
MADE_BY_A_RUN = ("var/", "models/", "results/", "bench/out/", ".venv", ".tools", "web/.venv", "node_modules")
FILE_NAME = re.compile(r"[\w.-]+\.(?:py|yml|yaml|json|md|toml|lock|txt|js|mjs|ts|css|html|svg|sh|png|npz|onnx)")

each_page = pytest.mark.parametrize("page", DOCS, ids=lambda page: str(page.relative_to(ROOT)))


def text(place: str) -> str:
    return (ROOT / place).read_text(encoding="utf-8")


def in_backticks(page: str) -> list[str]:
    """Return what stands in single backticks, outside fenced blocks."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", FENCE.sub("", page))


def section(page: str, title: str) -> str:
    """Return a section with its subsections."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^(?!\1#)#{{1,6}} |\Z)", FENCE.sub("", page), re.M | re.S)
    assert found, f"there is no section {title!r}"
    return found.group(2)


def rows(part: str) -> list[list[str]]:
    """Return the cells of all table rows whose first cell is a name in backticks, without the backticks there."""
    tables = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("| `")]
    return [[cells[0].strip().strip("`"), *(cell.strip() for cell in cells[1:])] for cells in tables]


def names(part: str) -> set[str]:
    return {row[0] for row in rows(part)}


def parsed(source: str) -> ast.Module:
    """Parse code of `web`, which is newer than this Python: type parameters and aliases are simplified."""
    source = re.sub(r"^(\s*)type (\w+)(?:\[[^]]*\])? =", r"\1\2 =", source, flags=re.MULTILINE)
    return ast.parse(re.sub(r"\b(def|class) (\w+)\[[^]]*\]", r"\1 \2", source))


def fields(place: str, class_name: str) -> dict[str, ast.expr | None]:
    """Return the annotated fields of a class and what they are set to."""
    module = parsed(text(place))
    [found] = [node for node in module.body if isinstance(node, ast.ClassDef) and node.name == class_name]
    return {each.target.id: each.value for each in found.body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)}  # fmt: skip


# ---------------------------------------------------------------- settings


def settings_in_code() -> set[str]:
    folders = ("components", "actions", "knowledge", "tools", "bench", "deploy", "web/unclench_web")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix != ".pyc"]
    files += [ROOT / "Makefile", ROOT / "Procfile", *ROOT.glob("*.yml")]
    found = {
        name for path in files if path.is_file() for name in SETTING.findall(path.read_text("utf-8", errors="ignore"))
    }
    return found | {f"UNCLENCH_{name.upper()}" for name in fields("web/unclench_web/settings.py", "Settings")}


def documented_settings() -> set[str]:
    return {name for name in names(text("docs/settings.md")) if name.startswith("UNCLENCH_")}


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    assert documented_settings() == settings_in_code()


def test_the_documented_defaults_are_those_of_the_code() -> None:
    documented = {row[0]: row[1] for row in rows(text("docs/settings.md"))}
    for name, value in fields("web/unclench_web/settings.py", "Settings").items():
        assert isinstance(value, ast.Call)
        default = value.args[0] if value.args else None
        said = documented[f"UNCLENCH_{name.upper()}"]
        if default is None:
            assert said == "none: must be set"
        elif isinstance(default, ast.Constant) and default.value is None:
            assert said.startswith("unset"), name
        elif isinstance(default, ast.Constant):
            assert said == str(default.value), name


@each_page
def test_a_page_names_no_setting_that_is_not_documented(page: Path) -> None:
    assert set(SETTING.findall(page.read_text(encoding="utf-8"))) <= documented_settings()


def test_every_key_of_clinic_yml_is_documented_and_every_documented_one_is_read() -> None:
    known = set(yaml.safe_load(text("clinic.yml"))) | set(fields("web/unclench_web/clinic.py", "Clinic"))
    assert names(section(text("docs/settings.md"), "clinic.yml")) == known


# ---------------------------------------------------------------- public API


def calls(tree: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    """Yield (owner, function, call) for `owner.function(…)` and ("", function, call) for `function(…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield "", node.func.id, node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield (node.func.value.id if isinstance(node.func.value, ast.Name) else "?"), node.func.attr, node


def constant(call: ast.Call, keyword: str, otherwise: Any = None) -> Any:
    found = [each.value for each in call.keywords if each.arg == keyword]
    return ast.literal_eval(found[0]) if found else otherwise


def routers(tree: ast.AST) -> dict[str, str]:
    """Return the routers that a module makes, and the prefix of each."""
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)]
    return {
        target.id: constant(node.value, "prefix", "")
        for node in made
        if isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") in ("APIRouter", "FastAPI")
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def routes_of(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (method, path) of a module; a local function that passes its own first argument on counts too."""
    prefixes = routers(tree)
    passed_on: dict[str, tuple[str, list[str]]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.args.args:
            for owner, function, call in calls(node):
                first = call.args[0] if call.args else None
                if owner in prefixes and isinstance(first, ast.Name) and first.id == node.args.args[0].arg:
                    assert function in ("api_route", "add_api_route"), f"{function}({first.id}) is not understood here"
                    passed_on[node.name] = (prefixes[owner], constant(call, "methods", ["GET"]))
    for owner, function, call in calls(tree):
        if not (call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)):
            continue
        path = call.args[0].value
        if owner in prefixes and function in ("get", "post", "put", "patch", "delete"):
            yield function.upper(), prefixes[owner] + path
        elif owner in prefixes and function in ("api_route", "add_api_route"):
            yield from ((method, prefixes[owner] + path) for method in constant(call, "methods", ["GET"]))
        elif owner == "" and function in passed_on:
            prefix, methods = passed_on[function]
            yield from ((method, prefix + path) for method in methods)


def routes_in_code() -> set[tuple[str, str]]:
    found = {("GET", "/openapi.json")}  # FastAPI's own, unless app.py turns it off
    assert "openapi_url" not in text("web/unclench_web/app.py")
    for path in WEB.rglob("*.py"):
        found |= set(routes_of(parsed(path.read_text(encoding="utf-8"))))
    return {(method, re.sub(r":\w+\}", "}", path)) for method, path in found if method != "HEAD"}


def documented_routes() -> list[tuple[str, str]]:
    return re.findall(r"^### `([A-Z]+) (/\S*)`$", text("docs/api.md"), re.MULTILINE)


def test_every_api_path_is_documented_and_every_documented_one_exists() -> None:
    assert set(documented_routes()) == routes_in_code()


@pytest.mark.parametrize("route", documented_routes(), ids=" ".join)
def test_an_api_path_has_an_example_to_paste(route: tuple[str, str]) -> None:
    part = text("docs/api.md").split(f"### `{' '.join(route)}`", 1)[1].split("\n### ", 1)[0]
    [example] = re.findall(r"^curl .*?$(?<!\\)", part.replace("\\\n", " "), re.MULTILINE)
    beginning = route[1].split("{")[0].rstrip("/")
    assert f"$BASE{beginning}" in example
    assert (" -d " in example or f"-X {route[0]}" in example) == (route[0] != "GET")


def test_every_problem_is_documented_and_every_documented_one_exists() -> None:
    known = set(yaml.safe_load(text("data/web.yml"))["en"]["problems"])
    assert names(section(text("docs/api.md"), "Problems")) == known
    listed = re.findall(r"^Problems: (.*?)\.$", text("docs/api.md"), re.MULTILINE | re.DOTALL)
    assert {name for line in listed for name in re.findall(r"[a-z]+(?:-[a-z]+)*", line)} <= known


def test_every_attribute_of_the_loader_is_documented() -> None:
    read = re.findall(r"script\.dataset\.(\w+)", text("web/unclench_web/static/widget.js"))
    attributes = {"data-" + re.sub(r"[A-Z]", lambda sign: f"-{sign.group().lower()}", name) for name in read}
    assert attributes <= set(in_backticks(section(text("docs/api.md"), "Pages")))


# ---------------------------------------------------------------- content and dialogue


def test_every_card_is_in_the_map_of_the_content_and_every_card_named_there_exists(library: Library) -> None:
    page = text("docs/content.md")
    mentioned = {name for name in in_backticks(page) if CARD_ID.fullmatch(name)}
    assert mentioned == {card.id for card in library.everything()}


def test_the_map_of_the_content_names_the_file_of_every_card(library: Library) -> None:
    listed = {row[0]: row[1] for row in rows(section(text("docs/content.md"), "Every card and its file"))}
    assert listed == {card.id: f"`data/{card.folder}/{card.id}.yml`" for card in library.everything()}


def domain() -> dict[str, Any]:
    return dict(yaml.safe_load(text("domain.yml")))


def test_every_intent_and_slot_is_documented_and_every_documented_one_exists() -> None:
    intents = {name for each in domain()["intents"] for name in ([each] if isinstance(each, str) else each)}
    assert names(section(text("docs/architecture.md"), "Categories")) == intents
    assert names(section(text("docs/architecture.md"), "Slots")) == set(domain()["slots"])


def test_every_action_that_the_architecture_names_exists() -> None:
    named = set(re.findall(r"\b(?:utter|action)_[a-z_]+\b", " ".join(in_backticks(text("docs/architecture.md")))))
    known = {name for each in domain().get("actions", []) for name in ([each] if isinstance(each, str) else each)}
    assert named <= known | set(domain()["responses"]) | set(domain().get("forms", {}))


# ---------------------------------------------------------------- commands, files, links


def targets() -> dict[str, bool]:
    """Return the targets of the Makefile, and whether each is public (has a `##` comment)."""
    found = re.findall(r"^([a-z][a-z-]*):(?!=)(.*)$", text("Makefile"), re.MULTILINE)
    return {name: "##" in rest for name, rest in found}


def commands(page: str) -> set[str]:
    code = " \n".join([*FENCE.findall(page), *in_backticks(page)])
    return set(re.findall(r"(?:^|\s)make ([a-z][a-z-]*)", code, re.MULTILINE))


@each_page
def test_a_page_names_no_command_that_the_makefile_lacks(page: Path) -> None:
    assert commands(page.read_text(encoding="utf-8")) <= set(targets())


def modules(page: str) -> set[str]:
    code = " \n".join([*FENCE.findall(page), *in_backticks(page)])
    return set(re.findall(r"python -m ((?:unclench_web|actions|bench|components|knowledge|tools)(?:\.\w+)*)", code))


@each_page
def test_a_module_that_a_page_tells_to_run_can_be_run(page: Path) -> None:
    for name in modules(page.read_text(encoding="utf-8")):
        place = (ROOT / "web" if name.startswith("unclench_web") else ROOT).joinpath(*name.split("."))
        assert (place / "__main__.py").exists() or "__main__" in place.with_suffix(".py").read_text("utf-8"), name


def test_every_public_command_is_documented() -> None:
    named = set().union(*(commands(page.read_text(encoding="utf-8")) for page in DOCS if page.name != "CHANGELOG.md"))
    assert {name for name, public in targets().items() if public and name != "help"} <= named


def is_there(name: str, page: Path) -> bool:
    if name.startswith(MADE_BY_A_RUN) or re.search(r"[<{…]|\bmy-|\bNNNN\b", name):
        return True
    if "*" in name:
        return any(ROOT.glob(name))
    if "/" in name:
        return (ROOT / name).exists() or (page.parent / name).exists() or (WEB / name).exists()
    return any(any(ROOT.glob(pattern)) for pattern in (name, *(f"{room}/**/{name}" for room in ROOMS)))


ROOMS = ("data", "knowledge", "components", "actions", "bench", "tools", "tests", "deploy", "docs", "web/unclench_web")


@each_page
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    first = {path.name for path in ROOT.iterdir()}
    for name in in_backticks(page.read_text(encoding="utf-8")):
        is_path = re.fullmatch(r"[\w.][\w./*<>{}…-]*", name) and (name.split("/")[0] in first and "/" in name)
        is_file = FILE_NAME.fullmatch(name.rsplit("/", 1)[-1]) and not name.startswith("/") and " " not in name
        assert not (is_path or is_file) or is_there(name, page), name


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@each_page
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", page.read_text(encoding="utf-8"))):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_decision_is_in_the_index_and_every_indexed_one_exists() -> None:
    folder = ROOT / "docs" / "decisions"
    row = re.compile(r"^\| \[\d+\]\(([^)]+)\) \| ([^|]+?) \| \d{4}-\d{2}-\d{2} \| \w+", re.MULTILINE)
    titles = {
        path.name: re.sub(r"^#\s*(?:ADR\s*)?\d*\s*[.:·–-]?\s*", "", path.read_text("utf-8").splitlines()[0])
        for path in folder.glob("[0-9]*.md")
    }
    assert dict(row.findall((folder / "README.md").read_text(encoding="utf-8"))) == titles


# ---------------------------------------------------------------- finished


@each_page
def test_a_page_is_finished_and_names_no_path_of_somebodys_machine(page: Path) -> None:
    written = page.read_text(encoding="utf-8")
    unfinished = re.findall(r"\b(?:TODO|FIXME|TBD|XXX|WIP|PLACEHOLDER)\b|(?i:lorem ipsum)", written)
    unfinished += re.findall(r"^[A-Z]{4,}$", FENCE.sub("", written), re.MULTILINE)  # a line that waits for its text
    machines = re.findall(r"(?<![\w.$/])(?:/(?:home|root|work|Users|tmp)/\S*|[A-Z]:\\\S*)", written)
    assert (unfinished, machines) == ([], [])
