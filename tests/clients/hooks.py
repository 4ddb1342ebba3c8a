"""What schemathesis knows besides the description: objects that are there, and that a description leaves nothing out."""

import os
import random

import requests
import schemathesis

ROOT = os.environ["ENTENTE_ROOT"]
KEY = {"Authorization": os.environ["ENTENTE_KEY"]}
# which objects a case is about is no part of what makes it fail
CHOICE = random.Random(1)
IDS = {}


def ids(path):
    """Ids of the list at a path, or none when there is no such list."""
    if path not in IDS:
        answer = requests.get(f"{ROOT}{path}?limit=50", headers=KEY, timeout=20)
        rows = answer.json() if answer.status_code == 200 else []
        IDS[path] = [row["id"] for row in rows if "id" in row]
    return IDS[path]


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Mostly an object that there is: ids by chance are of none."""
    if not path_parameters or CHOICE.random() < 0.25:
        return path_parameters
    chosen = dict(path_parameters)
    path = context.operation.path
    if "{id}" in path:
        known = ids(path.split("/{id}")[0])
        if known:
            chosen["id"] = CHOICE.choice(known)
    if "version" in chosen:
        chosen["version"] = 1
    return chosen


def resolved(schema, document):
    while "$ref" in schema:
        place = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        schema = place
    return schema


def undescribed(value, schema, document, at=""):
    """The places of a value that its schema does not know."""
    schema = resolved(schema, document)
    for one in schema.get("anyOf", []):
        if value is not None and resolved(one, document).get("type") != "null":
            yield from undescribed(value, one, document, at)
    if isinstance(value, list):
        for one in value:
            yield from undescribed(one, schema.get("items", {}), document, f"{at}[]")
    elif isinstance(value, dict) and "additionalProperties" not in schema:
        for name, inner in value.items():
            known = schema.get("properties", {}).get(name)
            if known is None:
                yield f"{at}.{name}"
            else:
                yield from undescribed(inner, known, document, f"{at}.{name}")


@schemathesis.check
def nothing_is_left_out(context, response, case):
    """Whatever is answered is described: a field that nobody knows of is of no use."""
    if not response.content or case.operation.path == "/openapi.json":
        return
    document = case.operation.schema.raw_schema
    described = case.operation.definition.raw["responses"].get(str(response.status_code))
    if described is None:
        return
    schema = resolved(described, document)["content"]["application/json"]["schema"]
    more = sorted(set(undescribed(response.json(), schema, document)))
    assert not more, f"not described: {', '.join(more)}"
