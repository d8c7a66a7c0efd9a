from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphNodeHook, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage

from components.straight_runner import StraightRunner

INPUT = "__given__"


class Joins(GraphComponent):
    """Joins what it is given to its own name: the result tells which way a run took."""

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def create(cls, config: dict[str, Any], *_: Any, **__: Any) -> Joins:
        return cls(config["name"])

    def join(self, **given: Any) -> str:
        if "broken" in given.values():
            raise RuntimeError("broken")
        return f"{self.name}({','.join(str(given[key]) for key in sorted(given))})"


def node(name: str, needs: list[str], is_target: bool = False) -> SchemaNode:
    return SchemaNode(
        needs={f"from_{need}": need for need in needs},
        uses=Joins,
        constructor_name="create",
        fn="join",
        config={"name": name},
        eager=True,
        is_target=is_target,
    )


def both(schema: GraphSchema, folder: Path, hooks: list[GraphNodeHook] | None = None) -> list[Any]:
    storage = LocalModelStorage(folder)
    context = ExecutionContext(schema)
    return [kind.create(schema, storage, context, hooks) for kind in (StraightRunner, DaskGraphRunner)]


@st.composite
def graphs(draw: st.DrawFn) -> GraphSchema:
    """Return a graph without a circle; each node needs some of those before it, or the input."""
    names = [f"n{at}" for at in range(draw(st.integers(1, 8)))]
    names = draw(st.permutations(names))
    nodes = {}
    for at, name in enumerate(names):
        needs = draw(st.lists(st.sampled_from([INPUT, *names[:at]]), unique=True, max_size=4))
        nodes[name] = node(name, needs, is_target=at == len(names) - 1)
    order = draw(st.permutations(names))
    return GraphSchema({name: nodes[name] for name in order})


@given(schema=graphs(), data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_graph_gives_what_rasas_own_runner_gives(schema: GraphSchema, data: st.DataObject, tmp_path: Path) -> None:
    ours, theirs = both(schema, tmp_path)
    targets = data.draw(st.none() | st.lists(st.sampled_from(sorted(schema.nodes)), min_size=1, unique=True))
    inputs = {INPUT: data.draw(st.sampled_from(["hips", [1, 2], None]))}
    for _ in range(2):  # the second time the order is known
        assert ours.run(inputs, targets) == theirs.run(inputs, targets)


def test_an_input_takes_the_place_of_the_node_with_its_name(tmp_path: Path) -> None:
    schema = GraphSchema({"first": node("first", [INPUT]), "last": node("last", ["first"], is_target=True)})
    for runner in both(schema, tmp_path):
        assert runner.run({INPUT: "hips", "first": "given"}) == {"last": "last(given)"}


def test_a_failing_node_raises_as_in_rasas_own_runner(tmp_path: Path) -> None:
    schema = GraphSchema({"only": node("only", [INPUT], is_target=True)})
    raised = []
    for runner in both(schema, tmp_path):
        with pytest.raises(Exception, match="only") as fault:
            runner.run({INPUT: "broken"})
        raised.append(type(fault.value))
    assert raised[0] is raised[1]


def test_a_missing_input_raises_as_in_rasas_own_runner(tmp_path: Path) -> None:
    schema = GraphSchema({"only": node("only", [INPUT], is_target=True)})
    for runner in both(schema, tmp_path):
        with pytest.raises(GraphRunError):
            runner.run({})


def test_an_input_that_is_a_nodes_name_is_refused(tmp_path: Path) -> None:
    schema = GraphSchema({"only": node("only", [INPUT], is_target=True)})
    for runner in both(schema, tmp_path):
        with pytest.raises(GraphRunError, match="clashes"):
            runner.run({INPUT: "only"})


def test_hooks_are_called_around_each_node(tmp_path: Path) -> None:
    seen: list[str] = []

    class Notes(GraphNodeHook):
        def on_before_node(self, node_name: str, *_: Any, **__: Any) -> dict[str, Any]:
            seen.append(f"before {node_name}")
            return {}

        def on_after_node(self, node_name: str, *_: Any, **__: Any) -> None:
            seen.append(f"after {node_name}")

    schema = GraphSchema({"first": node("first", [INPUT]), "last": node("last", ["first"], is_target=True)})
    ours, _ = both(schema, tmp_path, [Notes()])
    ours.run({INPUT: "hips"})
    assert seen == ["before first", "after first", "before last", "after last"]
