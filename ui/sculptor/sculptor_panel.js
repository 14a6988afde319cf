// What stands around the drawing: legend, linear/log, presets with their menu, and the table of exact numbers.

const SHOWN_PRESETS = ["match", "flatten", "tail"];

class Toolbar {
  /** `host`: preset(name), axis(kind) of the sculptor. */
  constructor(host, signal) {
    this.host = host;
    this.legend = element("div", "legend");
    this.axes = [["linear", "Linear height"], ["log", "Logarithmic height: rare bins are seen"]].map(
      ([kind, title]) => this.button(kind, title, () => host.axis(kind)),
    );
    const segments = element("div", "segments", { role: "group", "aria-label": "height" }, this.axes);
    this.presets = Object.entries(PRESETS).map(([name, { label, hint }]) => {
      const button = this.button(label, hint, () => { this.fold(); host.preset(name); });
      button.dataset.preset = name;
      return button;
    });
    const inRow = (button) => SHOWN_PRESETS.includes(button.dataset.preset);
    const others = this.presets.filter((button) => !inRow(button));
    this.menu = element("div", "menu", { role: "menu", hidden: "", "aria-label": "More presets" }, others);
    for (const item of this.menu.children) set(item, { role: "menuitem", tabindex: -1 });
    this.more = this.button("⋯", "More presets", () => this.unfold(this.menu.hidden));
    set(this.more, { "aria-haspopup": "menu", "aria-expanded": false, "aria-label": "More presets" });
    const folder = element("div", "folder", {}, [this.more, this.menu]);
    const tools = element("div", "tools", {}, [segments, ...this.presets.filter(inRow), folder]);
    this.node = element("div", "bar-top", {}, [this.legend, tools]);
    this.menu.addEventListener("keydown", (event) => this.key(event), { signal });
    // Inside a shadow root the document sees only the host, so the path tells whether the press was in the menu.
    document.addEventListener("pointerdown", (event) => event.composedPath().includes(folder) || this.fold(), { signal });
  }

  button(text, title, action) {
    const button = element("button", "", { type: "button", text, title });
    button.addEventListener("click", action);
    return button;
  }

  unfold(open) {
    this.menu.hidden = !open;
    this.more.setAttribute("aria-expanded", open);
    if (open) this.items()[0]?.focus();
  }

  fold() {
    const inside = this.menu.contains(this.menu.getRootNode().activeElement);
    this.unfold(false);
    if (inside) this.more.focus();
  }

  items() {
    return [...this.menu.children].filter((item) => !item.hidden);
  }

  key(event) {
    const items = this.items();
    const at = items.indexOf(event.target);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) items[(at + step + items.length) % items.length].focus();
    else if (event.key === "Escape") this.fold();
    else return;
    event.preventDefault();
  }

  draw(view) {
    const entries = [["real", view.before]];
    if (view.target) entries.push(["target", view.locked ? "target" : "target, drag it"]);
    entries.push(["outcome", "what will come out"]);
    if (view.draft?.shares) entries.push(["draft", view.draft.name]);
    else if (view.draft) entries.push(["draft", `${view.draft.name}: not there`, "It has no such factor, or can't be met"]);
    if (view.ungrounded.some(Boolean)) {
      const why = view.before === "real" ? "The real data has nothing in these bins" : "There is no real data";
      entries.push(["ungrounded", "ungrounded", why]);
    }
    const nodes = entries.map(([name, text, title]) => element("span", `entry ${name}`, title ? { text, title } : { text }));
    this.legend.replaceChildren(...nodes);
    for (const button of this.axes) button.setAttribute("aria-pressed", button.textContent === view.height);
    for (const button of this.presets) {
      button.disabled = view.locked;
      button.hidden = button.dataset.preset === "smooth" && !view.ordered;
      if (button.dataset.preset === "match") button.textContent = `Match ${view.before}`;
    }
    this.more.disabled = view.locked;
  }
}

class Table {
  /** `host`: exact(bin, share), lock(bin), refuse(text) of the sculptor. */
  constructor(host) {
    this.host = host;
    this.rows = [];
    this.body = element("tbody");
    this.outcome = element("th", "number", { scope: "col" });
    this.before = element("th", "number", { scope: "col" });
    const heads = [element("td", "lock"), element("th", "", { scope: "col", text: "bin" }), this.before];
    this.foot = element("tfoot");
    const head = element("thead", "", {}, [element("tr", "", {}, [...heads, this.outcome])]);
    const table = element("table", "", { "aria-label": "Exact numbers" }, [head, this.body, this.foot]);
    this.note = element("p", "note");
    this.scroll = element("div", "scroll", {}, [table]);
    this.node = element("div", "exact", {}, [element("p", "heading", { text: "Exact numbers" }), this.scroll, this.note]);
  }

  /** Whether a field holds something that was typed and not yet taken. */
  typing() {
    return this.rows.some(({ input }) => input.dataset.before !== undefined && input.value !== input.dataset.before);
  }

  /** As many rows as bins. */
  layout(view) {
    while (this.rows.length > view.labels.length) this.rows.pop().row.remove();
    while (this.rows.length < view.labels.length) this.rows.push(this.row(this.rows.length));
    this.rows.forEach(({ label, input }, bin) => {
      label.textContent = view.labels[bin];
      label.title = view.labels[bin];
      input.setAttribute("aria-label", `share of ${view.labels[bin]} in percent`);
    });
  }

  row(bin) {
    const label = element("th", "label", { scope: "row" });
    const real = element("td", "number");
    const field = { type: "text", inputmode: "decimal", autocomplete: "off", tabindex: bin ? -1 : 0 };
    const input = element("input", "", field);
    const sign = element("span", "sign", { text: "%", "aria-hidden": "true" });
    const picture = make("svg", { viewBox: "-7 -8 14 16", width: 12, height: 14, "aria-hidden": "true" });
    padlock(picture);
    const lock = element("button", "", { type: "button", tabindex: bin ? -1 : 0 }, [picture]);
    const cells = [element("td", "lock", {}, [lock]), label, real, element("td", "number", {}, [input, sign])];
    const row = element("tr", "", { "data-row": bin }, cells);
    lock.addEventListener("click", () => this.host.lock(bin));
    lock.addEventListener("focus", () => this.rove(bin));
    input.addEventListener("focus", () => this.open(bin));
    input.addEventListener("blur", () => this.close(bin));
    input.addEventListener("keydown", (event) => this.key(event, bin));
    this.body.append(row);
    return { row, lock, label, real, input };
  }

  /** One row is a stop of Tab. */
  rove(bin) {
    this.rows.forEach(({ lock, input }, at) => [lock, input].forEach((one) => one.setAttribute("tabindex", at === bin ? 0 : -1)));
  }

  /** Goes to the field of a bar. */
  type(bin) {
    this.rows[bin].input.focus();
  }

  open(bin) {
    const { input } = this.rows[bin];
    this.rove(bin);
    input.dataset.before = input.value = percentExact(this.host.view.shares[bin]);
    input.select();
  }

  close(bin) {
    const { input } = this.rows[bin];
    this.take(bin);
    delete input.dataset.before;
    this.draw(this.host.view);
  }

  /** Takes what was typed, if anything was. */
  take(bin) {
    const { input } = this.rows[bin];
    if (input.dataset.before === undefined || input.value === input.dataset.before) return;
    const share = parsePercent(input.value);
    if (share === null) this.host.refuse(`“${input.value}” is not a number between 0 and 100.`);
    else this.host.exact(bin, share);
    input.dataset.before = input.value = percentExact(this.host.view.shares[bin]);
  }

  key(event, bin) {
    const { input } = this.rows[bin];
    const next = { ArrowDown: bin + 1, ArrowUp: bin - 1, Enter: bin + 1 }[event.key];
    if (event.key === "Escape") input.value = input.dataset.before;
    if (event.key === "Enter") this.take(bin);
    if (next === undefined && event.key !== "Escape") return;
    event.preventDefault();
    if (this.rows[next]) this.rows[next].input.focus();
    else input.select();
  }

  draw(view) {
    this.before.textContent = view.before;
    this.outcome.textContent = view.target ? "target" : "comes out";
    this.rows.forEach(({ row, lock, real, input }, bin) => {
      const share = view.shares[bin];
      const kept = view.locks.has(bin);
      row.classList.toggle("kept", kept);
      const what = `${kept ? "Unlock" : "Lock"} ${view.labels[bin]}`;
      set(lock, { "aria-pressed": kept, "aria-label": `Lock ${view.labels[bin]}`, title: kept ? what : `${what}: it stays when others are set` });
      lock.disabled = view.locked;
      real.textContent = `${percentNumber(view.real[bin])} %`;
      const apart = Math.abs(share - view.real[bin]) > Math.max(0.0005, 0.05 * view.real[bin]);
      row.classList.toggle("moved", view.target !== null && apart);
      input.readOnly = view.locked || kept;
      if (input.dataset.before === undefined) input.value = percentNumber(share);
    });
    this.foot.replaceChildren(...(view.missing ? [this.missing(view.missing)] : []));
    const sum = view.shares.reduce((all, share) => all + Number(percentNumber(share)), 0);
    const sums = Math.abs(sum - 100) < 1e-6 ? "Sums to 100 %." : "Sums to 100 % before rounding.";
    const kept = view.locks.size;
    const editable = kept ? `${kept} locked.` : "All editable.";
    this.note.textContent = view.locked ? sums : `${editable} ${sums}`;
  }

  missing({ real, design }) {
    const cells = [real, design].map((share) => element("td", "number", { text: `${percentNumber(share)} %` }));
    const name = element("th", "label", { scope: "row", text: "missing" });
    return element("tr", "", { title: "Rows without a value, of all rows" }, [element("td"), name, ...cells]);
  }
}
