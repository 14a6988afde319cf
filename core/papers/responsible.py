"""What Croissant tells in the terms of W3C PROV-O and of MLCommons' RAI extension: origin, biases, limits."""

from __future__ import annotations

from typing import Any

from trimtab.core.papers import statements
from trimtab.core.papers.said import UNKNOWN
from trimtab.core.papers.subject import Subject, content_address

Json = dict[str, Any]


def provenance(subject: Subject) -> Json:
    """From what the rows were derived, by its digest, and what made them."""
    study = subject.study
    activity = {
        "@type": "prov:Activity",
        "prov:label": f"trimtab sample: design {study.design.name}, seed {subject.seed}, {subject.rows} rows",
        "prov:used": {
            "@type": "prov:Entity",
            "@id": content_address(study.design.fingerprint()),
            "prov:label": f"design {study.design.name} (fingerprint {study.design.fingerprint()})",
        },
        "prov:wasAssociatedWith": {
            "@type": "prov:SoftwareAgent",
            "prov:label": f"Trimtab {subject.receipt['trimtab']}",
        },
    }
    if study.declared:
        return {"prov:wasGeneratedBy": activity}
    source = study.source
    derived = {
        "@type": "prov:Entity",
        "@id": content_address(source.sha256),
        "prov:label": f"{source.name}, {source.rows} rows",
        "sha256": source.sha256,
    }
    return {"prov:wasDerivedFrom": derived, "prov:wasGeneratedBy": activity}


def responsible(subject: Subject) -> Json:
    """The RAI terms, as far as something is known of them."""
    labels = [
        f"{name}: made by a {'rule' if one.rule else 'probability'} of the design, not by people"
        for name, one in subject.study.design.labels.items()
    ]
    return {
        "rai:dataCollection": " ".join(statements.origin(subject)),
        "rai:dataCollectionType": ["Others" if subject.study.declared else "Secondary Data analysis"],
        "rai:dataImputationProtocol": statements.IMPUTED,
        "rai:dataPreprocessingProtocol": list(statements.preparation(subject)),
        "rai:dataManipulationProtocol": " ".join(statements.assumptions(subject)),
        **({"rai:dataAnnotationProtocol": labels} if labels else {}),
        "rai:dataBiases": [*statements.biases(subject), *statements.measures(subject)],
        "rai:dataLimitations": [*statements.limits(subject), *statements.gaps(subject)],
        "rai:dataUseCases": [" ".join(subject.study.design.description.split()) or UNKNOWN],
        "rai:dataSocialImpact": UNKNOWN,
        "rai:personalSensitiveInformation": [
            f"Whether the source tells of persons: {UNKNOWN}.",
            statements.copies(subject),
        ],
    }
