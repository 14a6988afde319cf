"""What a design asks for, in sentences with real and asked numbers, for people who decide and do not code."""

from __future__ import annotations

from trimtab.core.registering import import_files
from trimtab.core.review import controls
from trimtab.core.review.controls.sentence import SENTENCES, Sentence
from trimtab.core.study.study import Study

import_files(controls.__name__, controls.__path__)


def sentences(study: Study) -> tuple[Sentence, ...]:
    """A sentence for each control of a design, those with the largest say first. Raises InputError for a control that
    is wrong."""
    return tuple(sentence for told in SENTENCES for sentence in told(study))
