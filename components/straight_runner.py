"""StraightRunner: Rasa's graph, one node after the other, without Dask's scheduler.

Rasa runs its graph three times a message. Dask sorts the same few nodes anew each time and keeps books for threads
that a message does not use: an eighth of Rasa's processor time. Here the order is worked out once for each set of
targets. The nodes, what they are given and what is raised are Rasa's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import TopologicalSorter
from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage

#: A node's name, what does its work, and the names of the nodes and inputs whose output it is given.
Step = tuple[str, GraphNode, tuple[str, ...]]


class StraightRunner(GraphRunner):
    """Runs a graph in one thread."""

    def __init__(self, graph_schema: GraphSchema, nodes: Mapping[str, GraphNode]) -> None:
        """Take the schema and its loaded nodes."""
        self._schema = graph_schema
        self._nodes = nodes
        self._steps: dict[tuple[str, ...], list[Step]] = {}

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> StraightRunner:
        """Load the nodes, as Rasa's own runner does."""
        return cls.like(DaskGraphRunner.create(graph_schema, model_storage, execution_context, hooks))

    @classmethod
    def like(cls, runner: DaskGraphRunner) -> StraightRunner:
        """Return a runner of the same graph, with the nodes that are loaded already."""
        return cls(runner._graph_schema, runner._instantiated_nodes)

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Return what each target gives. GraphRunError when a run breaks, or an input has a node's name as value."""
        wanted = tuple(targets or self._schema.target_names)
        if wanted not in self._steps:
            self._steps[wanted] = self._in_order(wanted)
        done: dict[str, Any] = {}
        for name, value in (inputs or {}).items():
            if isinstance(value, str) and value in self._nodes:
                raise GraphRunError(f"Input value '{value}' clashes with a node name.")
            done[name] = (name, value)
        try:
            for name, node, needs in self._steps[wanted]:
                if name not in done:
                    done[name] = node(*(done.get(need, need) for need in needs))
        except RuntimeError as fault:
            raise GraphRunError("Error running runner.") from fault
        return {name: done[name][1] for name in wanted}

    def _in_order(self, targets: tuple[str, ...]) -> list[Step]:
        needed = self._schema.minimal_graph_schema(list(targets)).nodes
        order = TopologicalSorter({name: node.needs.values() for name, node in needed.items()}).static_order()
        return [(name, self._nodes[name], tuple(needed[name].needs.values())) for name in order if name in needed]
