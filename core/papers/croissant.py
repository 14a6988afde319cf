"""Croissant 1.1: a data set described in JSON-LD, with where it comes from, its biases and limits, and its promises.

The vocabularies are those of MLCommons (Croissant 1.1 and its RAI extension) and W3C PROV-O.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.design.definitions import event_predicate
from trimtab.core.papers import statements
from trimtab.core.papers.responsible import Json, provenance, responsible
from trimtab.core.papers.said import UNKNOWN
from trimtab.core.papers.subject import Subject, content_address, slug
from trimtab.core.projection.asked import asked_shares
from trimtab.core.shown.receipts import cells
from trimtab.core.words.plain import in_words

CONFORMS_TO = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
PARQUET = "application/x-parquet"
ROWS = "rows"
"""The record set that has the rows."""
CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification recommends, and PROV."""


def croissant(subject: Subject) -> str:
    """The text of the JSON-LD file that describes rows which stand beside it, at the subject's `place`."""
    return json.dumps(_dataset(subject), ensure_ascii=False, indent=2) + "\n"


def _dataset(subject: Subject) -> Json:
    said, study = subject.said, subject.study
    name = " ".join(study.design.name.split())
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": name,
        "description": statements.described(subject),
        "url": said.url or content_address(subject.sha256),
        "version": f"1.0.0+{subject.sha256[:12]}",
        "license": _license(subject),
        "creator": {"@type": "sc:Organization", "name": said.creator or UNKNOWN},
        "datePublished": said.day.isoformat(),
        "citeAs": _citation(subject, name),
        "isLiveDataset": False,
        **provenance(subject),
        **responsible(subject),
        "distribution": list(_distribution(subject)),
        "recordSet": [_rows(subject), *_told(subject)],
    }


def _license(subject: Subject) -> str | Json:
    said = subject.said
    if said.license_address:
        return said.license_address
    about = "Nobody said under which licence these rows, or the data they were made from, may be used."
    return {"@type": "sc:CreativeWork", "name": said.license or UNKNOWN, **({} if said.license else {"text": about})}


def _citation(subject: Subject, name: str) -> str:
    """How the data set is cited, as BibTeX, in which braces have a meaning."""
    said = subject.said
    fields = {
        "title": name,
        "author": said.creator or UNKNOWN,
        "year": str(said.day.year),
        "note": f"Rows with the SHA-256 {subject.sha256}",
        **({"url": said.url} if said.url else {}),
    }
    told = ", ".join(f"{key} = {{{_bibtex(value)}}}" for key, value in fields.items())
    return f"@misc{{{slug(name)}, {told}}}"


def _bibtex(text: str) -> str:
    return "".join({"{": "(", "}": ")", "\\": "/"}.get(one, one) for one in text)


def _distribution(subject: Subject) -> Iterator[Json]:
    """The files: one with its digest, or a set of parts, of which Croissant has none."""
    place = subject.place or subject.data.name
    if not subject.data.is_dir():
        yield _file(place, subject.data.stat().st_size, subject.sha256)
        return
    yield {
        "@type": "cr:FileSet",
        "@id": f"{ROWS}-parts",
        "name": f"{ROWS}-parts",
        "description": f"The parts of the rows, in the order of their names; together SHA-256 {subject.sha256}.",
        "encodingFormat": PARQUET,
        "includes": f"{place}/part-*.parquet",
    }


def _file(place: str, size: int, sha256: str) -> Json:
    return {
        "@type": "cr:FileObject",
        "@id": quote(place),
        "name": place,
        "contentUrl": place,
        "contentSize": f"{size} B",
        "encodingFormat": PARQUET,
        "sha256": sha256,
    }


def _rows(subject: Subject) -> Json:
    """The rows: a field for each column."""
    where = (
        {"fileSet": {"@id": f"{ROWS}-parts"}}
        if subject.data.is_dir()
        else {"fileObject": {"@id": quote(subject.place or subject.data.name)}}
    )
    texts, units = statements.column_texts(subject), statements.units(subject)
    labels = set(subject.study.design.labels)
    fields = []
    for field in subject.schema:
        unit = f", in {units[field.name]}" if field.name in units else ""
        types = _data_type(field.type)
        fields.append(
            {
                "@type": "cr:Field",
                "@id": field_id(field.name),
                "name": field.name,
                "description": f"{texts[field.name]}{unit}{_caveat(subject, field)}",
                "dataType": [types, "cr:Label"] if field.name in labels else types,
                "source": {**where, "extract": {"column": field.name}},
            }
        )
    about = f"The {subject.rows:,} rows, one record each; a value that is missing is null."
    return {"@type": "cr:RecordSet", "@id": ROWS, "name": ROWS, "description": about, "field": fields}


def _caveat(subject: Subject, field: pa.Field) -> str:
    """What readers of Croissant make of a column that their types can't hold."""
    if pa.types.is_decimal(field.type):
        return f" (a {field.type}, for which Croissant has no type: it is read as a float)"
    if pa.types.is_integer(field.type) and _rounded(subject, field.name):
        return " (readers that go by pandas round numbers beyond 2**53, as some are missing)"
    return ""


def _rounded(subject: Subject, column: str) -> bool:
    """Whether whole numbers of a column are too large for floats, which some readers make of those with gaps."""
    found = pq.ParquetFile(subject.files[0]).metadata
    place = found.schema.names.index(column)
    told = [found.row_group(i).column(place).statistics for i in range(found.num_row_groups)]
    gaps = any(one is None or one.null_count for one in told)
    return gaps and any(one is None or (one.has_min_max and max(-one.min, one.max) > 2**53) for one in told)


def field_id(column: str) -> str:
    """The identifier of a column's field, by which records have its value: an IRI, so it is quoted as in an address.

    >>> field_id("wind speed")
    'rows/wind%20speed'
    """
    return f"{ROWS}/{quote(column, safe='')}"


def _data_type(type_: pa.DataType) -> str:
    """The type of a column in the words of Croissant. A decimal is told as a float: there is none."""
    if pa.types.is_boolean(type_):
        return "sc:Boolean"
    if pa.types.is_integer(type_):
        sign = "UInt" if pa.types.is_unsigned_integer(type_) else "Int"
        return f"cr:{sign}{type_.bit_width}"
    if pa.types.is_floating(type_):
        return f"cr:Float{type_.bit_width}"
    if pa.types.is_decimal(type_):
        return "cr:Float64"
    if pa.types.is_date(type_):
        return "sc:Date"
    if pa.types.is_timestamp(type_):
        return "sc:DateTime"
    return "sc:Time" if pa.types.is_time(type_) else "sc:Text"


def _told(subject: Subject) -> Iterator[Json]:
    """What the design asked for and what came out, as records that programs read."""
    promises = [
        {"promise": one[0], "requested": one[1], "delivered": one[2], "tolerance": one[3], "kept": kept}
        for one, kept in ((cells(promise), promise.kept) for promise in subject.promises)
    ]
    yield from _record_set("promises", "Each promise of the design as it was measured on the file.", promises)
    yield from _record_set("events", "Conditions and in which share of the rows each is true.", list(_events(subject)))
    shares = list(_shares(subject))
    yield from _record_set("targets", "Shares of bins (0 to 1): in the source, asked for, in these rows.", shares)


def _events(subject: Subject) -> Iterator[Json]:
    design, columns = subject.study.design, subject.study.columns
    for one in subject.projection.events:
        condition = design.events[one.name].when
        said = in_words(event_predicate(design, one.name, columns), statements.units(subject))
        yield {
            "event": one.name,
            "when": condition,
            "words": said,
            "real": one.real,
            "asked": one.rate,
            "rows": one.rows,
        }


def _shares(subject: Subject) -> Iterator[Json]:
    seen = {one.factor: one for one in subject.seen.spreads}
    for name, factor in subject.study.design.factors.items():
        asked = asked_shares(subject.study, name) if factor.role == "target" else None
        one = seen.get(name)
        if asked is None or one is None:
            continue
        filled = 1 - (subject.study.columns[name].missing_share if factor.missing is None else factor.missing)
        for label, share in zip(subject.study.axes[name].labels, asked, strict=True):
            at = one.bins.index(label)
            real = {} if one.real is None else {"real": one.real[at]}
            yield {"factor": name, "bin": label, **real, "asked": share * filled, "delivered": one.made[at]}


def _record_set(name: str, about: str, records: Sequence[Mapping[str, Any]]) -> Iterator[Json]:
    """Records that stand in the file itself; none, if there are none."""
    if not records:
        return
    kinds = {bool: "sc:Boolean", int: "sc:Integer", float: "sc:Float", str: "sc:Text"}
    yield {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": about,
        "field": [
            {"@type": "cr:Field", "@id": f"{name}/{key}", "name": key, "dataType": kinds[type(value)]}
            for key, value in records[0].items()
        ],
        "data": [{f"{name}/{key}": value for key, value in one.items()} for one in records],
    }
