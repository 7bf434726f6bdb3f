# The official Python client against a server: typed and dynamic, watches, patches of every kind, server-side apply.
# Prints one line for each thing that holds; ends with a traceback at the first that does not.

import json
import sys
import threading

from kubernetes import client, config, dynamic, utils, watch
from kubernetes.client.rest import ApiException
from kubernetes.dynamic.exceptions import ConflictError, DynamicApiError, NotFoundError, ResourceNotFoundError

config.load_kube_config(config_file=sys.argv[1])
pods_run = sys.argv[2] == "pods"
api = client.ApiClient()
core = client.CoreV1Api(api)
apps = client.AppsV1Api(api)
any_kind = dynamic.DynamicClient(api)


def says(what):
    print("ok", what, flush=True)


def refused(call, status, reason):
    try:
        call()
    except (ApiException, DynamicApiError) as error:
        assert error.status == status, error
        assert json.loads(error.body)["reason"] == reason, error.body
        return
    raise AssertionError(f"{status} {reason} was expected")


def config_map(name, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


# Typed.
made = core.create_namespaced_config_map("default", config_map("typed", a="1"))
assert made.metadata.uid and made.metadata.creation_timestamp.tzinfo is not None
refused(lambda: core.create_namespaced_config_map("default", config_map("typed")), 409, "AlreadyExists")
refused(lambda: core.create_namespaced_config_map("default", config_map("Not_A_Name")), 422, "Invalid")
patched = core.patch_namespaced_config_map("typed", "default", {"data": {"b": "2"}})
assert patched.data == {"a": "1", "b": "2"}
patched = core.patch_namespaced_config_map("typed", "default", [{"op": "remove", "path": "/data/a"}])
assert patched.data == {"b": "2"}
made.data = {"stale": "yes"}
refused(lambda: core.replace_namespaced_config_map("typed", "default", made), 409, "Conflict")
dry = core.patch_namespaced_config_map("typed", "default", {"data": {"dry": "run"}}, dry_run="All")
assert dry.data["dry"] == "run" and "dry" not in core.read_namespaced_config_map("typed", "default").data
says("typed objects")

# Pages.
for number in range(7):
    labels = {"set": "pages", "odd": str(number % 2)}
    body = config_map(f"page-{number}")
    body["metadata"]["labels"] = labels
    core.create_namespaced_config_map("default", body)
names, token = [], None
while True:
    page = core.list_namespaced_config_map("default", label_selector="set=pages", limit=3, _continue=token)
    names += [item.metadata.name for item in page.items]
    token = page.metadata._continue
    if not token:
        break
assert names == [f"page-{number}" for number in range(7)], names
odd = core.list_namespaced_config_map("default", label_selector="set in (pages),odd!=0").items
assert len(odd) == 3
core.delete_collection_namespaced_config_map("default", label_selector="set=pages")
assert core.list_namespaced_config_map("default", label_selector="set=pages").items == []
says("pages and selectors")

# A watch from a list's revision, to its end.
listed = core.list_namespaced_config_map("default")
stream = watch.Watch()
seen = []


def follow():
    events = stream.stream(
        core.list_namespaced_config_map,
        "default",
        resource_version=listed.metadata.resource_version,
        timeout_seconds=30,
    )
    for event in events:
        seen.append((event["type"], event["object"].metadata.name))
        if event["type"] == "DELETED":
            stream.stop()


follower = threading.Thread(target=follow)
follower.start()
core.create_namespaced_config_map("default", config_map("watched"))
core.patch_namespaced_config_map("watched", "default", {"data": {"a": "1"}})
core.delete_namespaced_config_map("watched", "default")
follower.join(30)
assert seen == [("ADDED", "watched"), ("MODIFIED", "watched"), ("DELETED", "watched")], seen
says("watches")

# Dynamic, of built-in kinds.
maps = any_kind.resources.get(api_version="v1", kind="ConfigMap")
maps.create(body=config_map("dynamic", a="1"), namespace="default")
merged = maps.patch(
    body={"data": {"a": None, "b": "2"}},
    name="dynamic",
    namespace="default",
    content_type="application/merge-patch+json",
)
assert merged.data.to_dict() == {"b": "2"}
assert any_kind.resources.get(api_version="apps/v1", kind="Deployment").short_names == ["deploy"]
try:
    any_kind.resources.get(api_version="v1", kind="Nothing")
    raise AssertionError("there is no such kind")
except ResourceNotFoundError:
    pass
says("dynamic objects")

# Server-side apply.
apply = lambda manager, force=False, **data: maps.server_side_apply(
    body=config_map("applied", **data), name="applied", namespace="default", field_manager=manager, force_conflicts=force
)
apply("ada", a="1", shared="ada")
try:
    apply("bob", shared="bob")
    raise AssertionError("a conflict was expected")
except ConflictError as error:
    causes = json.loads(error.body)["details"]["causes"]
    assert causes == [{"reason": "FieldManagerConflict", "message": 'conflict with "ada"', "field": ".data.shared"}]
assert apply("bob", force=True, shared="bob").data.shared == "bob"
left = apply("ada", a="2")
assert left.data.to_dict() == {"a": "2", "shared": "bob"}
owners = [(entry.manager, entry.operation) for entry in left.metadata.managedFields]
assert sorted(owners) == [("ada", "Apply"), ("bob", "Apply")], owners
says("server-side apply")

# Custom kinds, defined and used.
definition = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "boats.sea.example.com"},
    "spec": {
        "group": "sea.example.com",
        "scope": "Namespaced",
        "names": {"kind": "Boat", "plural": "boats"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "required": ["oars"],
                                "properties": {"oars": {"type": "integer"}, "name": {"type": "string", "default": "Argo"}},
                            },
                            "status": {"type": "object", "properties": {"afloat": {"type": "boolean"}}},
                        },
                    }
                },
            }
        ],
    },
}
utils.create_from_dict(api, definition)
definitions = any_kind.resources.get(api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition")
for event in definitions.watch(name="boats.sea.example.com", timeout=30):
    conditions = (event["raw_object"].get("status") or {}).get("conditions") or []
    if any(entry["type"] == "Established" and entry["status"] == "True" for entry in conditions):
        break
for attempt in range(100):
    any_kind.resources.invalidate_cache()
    try:
        boats = any_kind.resources.get(api_version="sea.example.com/v1", kind="Boat")
        break
    except ResourceNotFoundError:
        threading.Event().wait(0.1)
boat = {"apiVersion": "sea.example.com/v1", "kind": "Boat", "metadata": {"name": "one"}, "spec": {"oars": 2}}
assert boats.create(body=boat, namespace="default").spec.name == "Argo"
wrong = dict(boat, metadata={"name": "two"}, spec={"oars": "many"})
refused(lambda: boats.create(body=wrong, namespace="default"), 422, "Invalid")
boats.status.patch(
    body={"status": {"afloat": True}}, name="one", namespace="default", content_type="application/merge-patch+json"
)
assert boats.get(name="one", namespace="default").status.afloat is True
boats.delete(name="one", namespace="default")
try:
    boats.get(name="one", namespace="default")
    raise AssertionError("it was deleted")
except NotFoundError:
    pass
says("custom kinds")

# Who may what.
review = client.AuthorizationV1Api(api).create_self_subject_access_review(
    {"spec": {"resourceAttributes": {"verb": "create", "resource": "pods", "namespace": "default"}}}
)
assert review.status.allowed
core.create_namespaced_service_account("default", {"metadata": {"name": "robot"}})
token = core.create_namespaced_service_account_token("robot", "default", {"spec": {"expirationSeconds": 3600}})
admin_config = client.Configuration.get_default_copy()
robot_config = client.Configuration(host=admin_config.host, ssl_ca_cert=admin_config.ssl_ca_cert)
robot_config.api_key = {"authorization": "Bearer " + token.status.token}
robot = client.CoreV1Api(client.ApiClient(robot_config))
refused(lambda: robot.list_namespaced_secret("default"), 403, "Forbidden")
says("service accounts")

# A Deployment, to its end.
labels = {"app": "rolled"}
utils.create_from_dict(
    api,
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "rolled"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "main", "image": "app:1"}]},
            },
        },
    },
)
scale = apps.patch_namespaced_deployment_scale("rolled", "default", {"spec": {"replicas": 3}})
assert scale.spec.replicas == 3
if pods_run:
    for event in watch.Watch().stream(apps.list_namespaced_deployment, "default", timeout_seconds=30):
        if event["object"].status.ready_replicas == 3:
            break
    pods = core.list_namespaced_pod("default", label_selector="app=rolled", field_selector="status.phase=Running").items
    assert len(pods) == 3
    assert isinstance(core.read_namespaced_pod_log(pods[0].metadata.name, "default"), str)
apps.delete_namespaced_deployment("rolled", "default", propagation_policy="Foreground")
says("deployments")
