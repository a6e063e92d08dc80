"""Reports as JUnit XML: one suite, a case for each file, failed where it has errors.

Warnings and notes are output of their case. Whatever XML 1.0 cannot hold, such as control characters in
the name of a file, becomes U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.etree import ElementTree as ET

from agenteditor.core.report import FileReport, seen_from_here

_NAME = "agenteditor check"
# https://www.w3.org/TR/xml/#charsets; a CR would be read as a line end.
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(reports: Iterable[FileReport], failures: Sequence[str]) -> Iterator[str]:
    """The XML document, declaration included. What could not be read is a case with an error."""
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite", name=_NAME)
    tests = failed = 0
    for report in reports:
        tests += 1
        failed += _case(suite, report)
    for sentence in failures:
        case = ET.SubElement(suite, "testcase", classname=_NAME, name=_text(sentence))
        ET.SubElement(case, "error", message=_text(sentence), type="not-checked")
    counts = {"tests": tests + len(failures), "failures": failed, "errors": len(failures)}
    for name, count in counts.items():
        suites.set(name, str(count))
        suite.set(name, str(count))
    suite.set("skipped", "0")
    ET.indent(suites)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield ET.tostring(suites, encoding="unicode")


def _case(suite: ET.Element, report: FileReport) -> bool:
    """Add the case of one file; whether it failed."""
    name = _text(seen_from_here(report.path).as_posix())
    case = ET.SubElement(suite, "testcase", classname=_NAME, name=name, file=name)
    errors = report.of("error")
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        message = _text(errors[0].message) + more
        failure = ET.SubElement(case, "failure", message=message, type=errors[0].code)
        failure.text = _text("\n".join(report.lines(["error"])))
    if rest := report.lines(["warning", "info"]):
        ET.SubElement(case, "system-out").text = _text("\n".join(rest))
    return bool(errors)


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
