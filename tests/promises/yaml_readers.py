"""Other YAML readers: PyYAML, ruamel.yaml and npm's ``yaml``, each as a function of a frontmatter's content.

They answer with the fields as they were written and as they are taken, so that one can be told where they
read something else than the form shows. A reader that is not here says why in ``Absent``.
"""

from __future__ import annotations

import importlib
import json
import math
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.conftest import ROOT

NPM_YAML = "2.9.1"


class Absent(Exception):
    """Why a reader cannot be asked."""


class Read(NamedTuple):
    """A field as another reader has it: its text, None for lists and maps; and its value."""

    text: str | None
    value: object


# The fields of a frontmatter, the last of a name; or why it is refused.
Fields = dict[str, Read] | str
Reader = Callable[[str], Fields]
NO_MAP = "no map"


class _Strings(yaml.SafeLoader):
    """Every scalar as the text it is: what was written, not what YAML 1.1 takes it for."""


_Strings.yaml_implicit_resolvers = {}


def pyyaml(content: str) -> Fields:
    """As PyYAML reads it: texts alone, because Claude Code and this program go by YAML 1.2."""
    try:
        loader = _Strings(content)
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            return NO_MAP
        pairs = [(loader.construct_object(k, deep=True), v) for k, v in node.value]
        return {
            str(key): Read(value.value if isinstance(value, yaml.ScalarNode) else None, ...)
            for key, value in pairs
        }
    except Exception as error:  # noqa: BLE001  # it raises anything (RELIABILITY F15)
        return str(error)


def ruamel() -> Reader:
    """ruamel.yaml, which goes by YAML 1.2."""
    try:
        module = importlib.import_module("ruamel.yaml")
    except ImportError:
        raise Absent("ruamel.yaml is not installed") from None

    def read(content: str) -> Fields:
        try:
            with warnings.catch_warnings(action="ignore"):
                node = module.YAML(typ="safe", pure=True).compose(content)
                value = module.YAML(typ="safe", pure=True).load(content)
        except Exception as error:  # noqa: BLE001  # any is a refusal
            return str(error)
        if not isinstance(value, dict):
            return NO_MAP
        texts = {
            str(key.value): each.value if isinstance(each.value, str) else None for key, each in node.value
        }
        return {str(key): Read(texts.get(str(key)), _plain(each)) for key, each in value.items()}

    return read


def _plain(value: object) -> object:
    """A value as JSON has it; anything else, a date for one, as its type's name."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return value if value is None or isinstance(value, str | int | float) else type(value).__name__


_PROGRAM = """
const YAML = require('yaml');
const lines = require('readline').createInterface({input: process.stdin});
const plain = (key, value) => typeof value === 'bigint' ? Number(value)
  : typeof value === 'number' && !Number.isFinite(value) ? String(value).replace('Infinity', 'inf').replace('NaN', 'nan')
  : value === undefined ? null : value;
lines.on('line', line => {
  let answer = 'no map';
  try {
    const document = YAML.parseDocument(JSON.parse(line), {logLevel: 'error'});
    if (document.errors.length) answer = document.errors[0].message;
    else if (YAML.isMap(document.contents)) {
      const values = document.toJS();
      answer = document.contents.items.map(({key, value}) => [
        String(YAML.isScalar(key) ? key.source ?? key.value : key),
        YAML.isScalar(value) ? String(value.source ?? value.value ?? '') : value === null ? '' : null,
        values[String(YAML.isScalar(key) ? key.value : key)]]);
    }
  } catch (error) { answer = String(error); }
  process.stdout.write(JSON.stringify(answer, plain) + '\\n');
});
"""


@contextmanager
def npm_yaml(folder: Path = ROOT / "build" / "oracle") -> Iterator[Reader]:
    """npm's ``yaml`` in one process of Node.js, installed into ``folder`` unless it is there."""
    home = folder / f"yaml-{NPM_YAML}"
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Absent("there is no Node.js with npm here, so npm's yaml was not asked")
    if not (home / "node_modules" / "yaml").is_dir():
        home.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--prefix", str(home), "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run([*command, f"yaml@{NPM_YAML}"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Absent(f"npm could not install yaml {NPM_YAML}")
    process = subprocess.Popen(
        [node, "-e", _PROGRAM], cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None

    def read(content: str) -> Fields:
        process.stdin.write(json.dumps(content) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        return answer if isinstance(answer, str) else {key: Read(text, value) for key, text, value in answer}

    try:
        yield read
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()
