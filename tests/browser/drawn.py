"""The sculptor on an empty page: its own scripts and styles, without a server; what it sends is kept in the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

from trimtab.ui.parts.assets import asset
from trimtab.ui.sculptor.sculptor import SCRIPTS

# A sender that acknowledges at once, as Python does: what was asked is the target from then on.
PLACED = """given => {
  const root = document.querySelector("main");
  window.sent = [];
  const data = { acks: {}, rev: 0, factor: "x", title: "x", target: null, design: null, locks: [], ...given };
  const trigger = (_, { mount, ops }) => setTimeout(() => {
    for (const { seq, kind, weights, bins } of ops.filter(({ seq }) => seq > (data.acks[mount] ?? 0))) {
      sent.push(kind);
      if (kind === "locks") data.locks = bins;
      else data.target = data.design = weights;
      Object.assign(data, { acks: { [mount]: seq }, rev: data.rev + 1 });
    }
    component({ data: { ...data }, parentElement: root, setTriggerValue: trigger });
  });
  component({ data, parentElement: root, setTriggerValue: trigger });
}"""


def place(page: Page, real: Sequence[float], **given: Any) -> None:
    """Draw the sculptor of a factor with these real shares; `given` are more entries of its data."""
    script = asset(*SCRIPTS).replace("export default ", "window.component = ")
    page.set_content(
        f"<style>{asset('sculptor/sculptor.css')}</style><main style='width: 900px'><div class='sculptor'></div></main>"
    )
    page.evaluate(f"(() => {{ {script} }})()")
    labels = [f"{bin_}–{bin_ + 1}" for bin_ in range(len(real))]
    page.evaluate(PLACED, {"labels": labels, "real": list(real), "height_scale": "linear", **given})
    page.locator(".chart").wait_for()
