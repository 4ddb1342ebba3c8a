"""What schemathesis knows besides the description: objects that are there, and that a description leaves nothing out."""

import os
import random
import re

import requests
import schemathesis

ROOT = os.environ["ENTENTE_ROOT"]
KEY = {"Authorization": os.environ["ENTENTE_KEY"]}
# which objects a case is about is no part of what makes it fail
CHOICE = random.Random(1)
IDS = {}


def ids(path, query=""):
    """Ids of the list at a path, or none when there is no such list."""
    address = f"{ROOT}{path}?{query}limit=50"
    if address not in IDS:
        answer = requests.get(address, headers=KEY, timeout=20)
        rows = answer.json() if answer.status_code == 200 else []
        IDS[address] = [row["id"] for row in rows if "id" in row]
    return IDS[address]


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


def becomes(place, name, fits, value):
    """Puts a value that means something where one stands that only has the right shape; what is wrong stays wrong."""
    if isinstance(place, dict) and isinstance(place.get(name), str) and re.fullmatch(fits, place[name], re.DOTALL):
        place[name] = value


@schemathesis.hook
def map_body(context, body):
    """Mostly a body that only the rules of the trade can refuse: by chance no address is one, and no account is known."""
    if not isinstance(body, dict) or CHOICE.random() < 0.25:
        return body
    account = body.get("account", body)
    if not isinstance(account, dict):
        return body
    address = account.get("contact_info")
    becomes(address, "country", r"[A-Z]{2}", "US")
    if isinstance(address, dict):
        address.setdefault("postal_code", "")
    becomes(address, "postal_code", r".{0,32}", "19125")
    if isinstance(address, dict) and isinstance(address.get("contact"), dict):
        phone = address["contact"].get("phone_number")
        for name, value in [("country_code", "+1"), ("area_code", "215"), ("phone_number", "5630700"), ("extension", "")]:
            becomes(phone, name, r".*", value)
    known = r"TA-\d{4}-\d{4}-\d{4}"
    resellers = ids("/tier/accounts", "type=reseller&")
    accounts = ids("/tier/accounts")
    if resellers:
        becomes(account.get("parent"), "id", known, CHOICE.choice(resellers))
    if accounts and account is not body:
        becomes(account, "id", known, CHOICE.choice(accounts))
    return body


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
