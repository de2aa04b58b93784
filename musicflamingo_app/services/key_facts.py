"""Key facts as JSON: what a model wrote, checked against the schema that was asked for."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from musicflamingo_app.services.prompts import KEY_FACTS_SCHEMA

_FENCED = re.compile(r"\s*```[a-zA-Z]*[ \t]*\n?(.*?)\n?[ \t]*```\s*", re.DOTALL)
_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "number": (int, float), "null": (type(None),),
}  # fmt: skip
_SHOWN = 3


def checked_key_facts(text: str) -> tuple[str, str]:
    """The JSON written plainly and no note; or the text as it came, and a note that says why it is not what was asked.

    Code fences around it are taken off; nothing else is repaired.
    """
    fenced = _FENCED.fullmatch(text)
    try:
        found = json.loads(fenced[1] if fenced else text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text, "This is not JSON, so it is kept as text."
    faults = list(faults_of(found, KEY_FACTS_SCHEMA, "the answer"))
    if faults:
        more = " …" if len(faults) > _SHOWN else ""
        return text, f"This is not the JSON that was asked for: {'; '.join(faults[:_SHOWN])}{more}."
    return json.dumps(found, ensure_ascii=False, indent=2), ""


def faults_of(value: Any, schema: Mapping[str, Any], name: str) -> Iterator[str]:
    """Where a value departs from a schema of types, properties and items; nothing when it fits."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    fitting = isinstance(value, tuple(kind for wanted in kinds for kind in _KINDS[wanted]))
    if not fitting or isinstance(value, bool):
        yield f"{name} is no {' or '.join(kinds)}"
    elif isinstance(value, dict):
        properties: Mapping[str, Any] = schema["properties"]
        yield from (f"“{key}” is missing" for key in schema["required"] if key not in value)
        yield from (f"“{key[:40]}” was not asked for" for key in value if key not in properties)
        for key in value.keys() & properties.keys():
            yield from faults_of(value[key], properties[key], f"“{key}”")
    elif isinstance(value, list):
        for item in value:
            yield from faults_of(item, schema["items"], f"an item of {name}")


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")
