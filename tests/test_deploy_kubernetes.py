"""deploy/kubernetes is true: nothing has more than it needs, Rasa is private, and the public reaches what is public."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.test_deploy import DEPLOY, PRIVATE, last_stage, of, private_paths
from tests.test_docs import documented_settings, routes_in_code


def manifests() -> list[dict[str, Any]]:
    folder = DEPLOY / "kubernetes"
    resources = yaml.safe_load((folder / "kustomization.yaml").read_text("utf-8"))["resources"]
    assert {path.name for path in folder.glob("*.yaml")} == {*resources, "kustomization.yaml"}
    return [each for name in resources for each in yaml.safe_load_all((folder / name).read_text("utf-8"))]


def kinds(kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in manifests() if each["kind"] == kind}


def container(deployment: dict[str, Any]) -> dict[str, Any]:
    (only,) = deployment["spec"]["template"]["spec"]["containers"]
    return dict(only)


def test_every_pod_has_no_more_than_it_needs() -> None:
    for name, deployment in kinds("Deployment").items():
        pod = deployment["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True and pod["securityContext"]["runAsUser"] == 10001, name
        assert pod["automountServiceAccountToken"] is False, name
        own = container(deployment)
        assert own["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} <= set(own["resources"]["requests"]) and "memory" in own["resources"]["limits"], name
        assert {each["mountPath"] for each in own["volumeMounts"]} >= {"/tmp", "/app/var"}, name
        assert {each["name"] for each in own["volumeMounts"]} == {each["name"] for each in pod["volumes"]}, name


def test_every_deployment_is_probed_scaled_and_kept_from_going_all_at_once() -> None:
    deployments = kinds("Deployment")
    assert set(deployments) == {"web", "rasa", "actions"}
    assert set(kinds("HorizontalPodAutoscaler")) == set(kinds("PodDisruptionBudget")) == set(deployments)
    known = private_paths() | {path for _, path in routes_in_code()}
    for name, deployment in deployments.items():
        own = container(deployment)
        ports = {each["name"]: each["containerPort"] for each in own["ports"]}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert own[probe]["httpGet"]["path"] in known, (name, probe)
            assert own[probe]["httpGet"]["port"] in ports, (name, probe)
        exposed = of(last_stage(own["image"].removeprefix("unclench-")), "EXPOSE")[0].split()
        assert {str(port) for port in ports.values()} <= set(exposed)
        assert kinds("Service")[name]["spec"]["ports"][0]["targetPort"] in ports
        assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_web_stays_for_its_visitors_when_what_is_behind_it_is_down() -> None:
    web = container(kinds("Deployment")["web"])
    assert web["readinessProbe"]["httpGet"]["path"] == web["livenessProbe"]["httpGet"]["path"] == "/healthz"


def test_rasa_is_reached_by_web_alone_and_the_action_server_by_rasa_alone() -> None:
    policies = kinds("NetworkPolicy")
    assert policies["nothing"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name, caller, port in (("rasa", "web", 5005), ("actions", "rasa", 5055)):
        spec = policies[name]["spec"]
        assert spec["podSelector"]["matchLabels"] == {"app": name}
        callers = [{"podSelector": {"matchLabels": {"app": caller}}}]
        if name == "rasa":  # and Prometheus, in whichever namespace it is
            prometheus = {"matchLabels": {"app.kubernetes.io/name": "prometheus"}}
            callers.append({"namespaceSelector": {}, "podSelector": prometheus})
        ports = [{"protocol": "TCP", "port": port}]
        assert spec["ingress"] == [{"from": [each], "ports": ports} for each in callers]


def test_settings_of_the_pods_are_documented_and_secrets_are_references() -> None:
    maps = kinds("ConfigMap")
    for name, deployment in kinds("Deployment").items():
        own = container(deployment)
        given = {each["name"] for each in own.get("env", [])}
        for reference in own.get("envFrom", []):
            given |= set(maps[reference["configMapRef"]["name"]]["data"])
        assert given <= documented_settings(), name
        assert all(set(each) == {"name", "valueFrom"} for each in own.get("env", [])), name
    assert not any(re.search("SECRET|KEYS|PASSWORD", key) for each in maps.values() for key in each["data"])


def test_the_ingress_lets_the_public_to_every_public_path_and_to_no_other() -> None:
    (rule,) = kinds("Ingress")["web"]["spec"]["rules"]
    allowed = [(each["path"], each["pathType"]) for each in rule["http"]["paths"]]

    def is_let_through(path: str) -> bool:
        return any(path == given or (kind == "Prefix" and path.startswith(f"{given}/")) for given, kind in allowed)

    for _, path in routes_in_code():
        assert is_let_through(path) == (path not in PRIVATE), path


def test_kustomize_puts_it_together() -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed here, so the manifests were read as files only")
    made = subprocess.run([kubectl, "kustomize", DEPLOY / "kubernetes"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    built = list(yaml.safe_load_all(made.stdout))
    assert len(built) == len(manifests())
    assert all(each["metadata"]["namespace"] == "unclench" for each in built)
