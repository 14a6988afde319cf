// The share between two points: dragged along the axis, or two values that are typed.

class Between {
  /** `host`: the sculptor. Used: view, chart, outbox, refuse, say, take. */
  constructor(host) {
    this.host = host;
    this.ranges = new Map(); // the bars that a hand chose, by factor: {from, to, labels}
    const field = (name) => element("input", "", { type: "text", autocomplete: "off", "aria-label": name, placeholder: name });
    this.fields = [field("from"), field("to")];
    this.levels = element("datalist", "", { id: "levels" });
    this.told = element("span", "told", { role: "status" });
    this.clear = element("button", "", { type: "button", text: "×", "aria-label": "Clear the share between", title: "Clear" });
    const words = (text) => element("span", "", { text });
    this.node = element("div", "between", {}, [words("Share between"), this.fields[0], words("and"), this.fields[1], this.told, this.clear, this.levels]);
    this.clear.addEventListener("click", () => this.forget());
    for (const one of this.fields) {
      one.addEventListener("change", () => this.typed());
      one.addEventListener("keydown", (event) => this.key(event));
    }
  }

  /** The bars of the range: those a hand chose, else those that Python found between two typed values. */
  get range() {
    const { factor, labels } = this.host.view;
    const chosen = this.ranges.get(factor);
    if (chosen && chosen.labels.join("\n") === labels.join("\n")) return chosen;
    const { between } = this.host.view;
    return between && !between.fault ? { from: between.first, to: between.last, typed: between } : null;
  }

  /** Chooses the bars from one to another, in either order. */
  choose(a, b) {
    const { factor, labels } = this.host.view;
    this.ranges.set(factor, { from: Math.min(a, b), to: Math.max(a, b), labels });
    for (const one of this.fields) one.value = "";
    this.draw();
  }

  /** Two values were typed: names of levels are found here, numbers and dates by Python, which knows every value. */
  typed() {
    const { view, outbox } = this.host;
    const [low, high] = this.fields.map((one) => one.value.trim());
    if (!low || !high) return;
    this.ranges.delete(view.factor);
    if (view.numeric) {
      outbox.push({ factor: view.factor, kind: "between", low, high });
      this.host.take();
      return;
    }
    const found = [low, high].map((name) => view.labels.indexOf(name));
    const unknown = found.indexOf(-1);
    if (unknown >= 0) this.host.refuse(`No bar is called “${[low, high][unknown]}”.`);
    else this.choose(...found);
  }

  key(event) {
    if (event.key === "Enter") this.typed();
    else if (event.key === "Escape") this.forget();
  }

  /** No range any more; false when there was none. */
  forget() {
    const { view, outbox } = this.host;
    const had = this.range !== null || Boolean(view.between);
    this.ranges.delete(view.factor);
    for (const one of this.fields) one.value = "";
    if (view.between) {
      outbox.push({ factor: view.factor, kind: "between", low: "", high: "" });
      this.host.take();
    } else this.draw();
    return had;
  }

  /** Another factor, or news from Python. */
  layout(view) {
    this.node.hidden = view.labels.length < 2;
    this.levels.replaceChildren(...(view.numeric ? [] : view.labels.map((value) => element("option", "", { value }))));
    // A list makes a field a combobox: only names of levels have one.
    for (const one of this.fields) view.numeric ? one.removeAttribute("list") : one.setAttribute("list", "levels");
    const active = this.node.getRootNode().activeElement;
    const texts = this.ranges.has(view.factor) ? null : [view.between?.low, view.between?.high];
    this.fields.forEach((one, at) => { if (one !== active) one.value = texts?.[at] ?? ""; });
  }

  draw() {
    const { view, chart } = this.host;
    const { range } = this;
    chart.drawRange(range);
    this.clear.hidden = range === null;
    const text = view.between?.fault && !range ? view.between.fault : range ? this.words(range) : this.usage();
    if (this.told.textContent !== text) this.told.textContent = text;
    this.told.classList.toggle("found", range !== null);
  }

  usage() {
    return this.host.view.numeric ? "or drag along the axis" : "or drag along the names";
  }

  words({ from, to, typed }) {
    const { view } = this.host;
    const sum = (shares) => Math.min(1, total(shares.slice(from, to + 1)));
    const name = from === to ? view.labels[from] : `${view.labels[from]} to ${view.labels[to]}`;
    const found = typed ?? { real: sum(view.real), target: view.target && sum(view.target), after: sum(view.design) };
    const parts = [`${view.before} ${percent(found.real)}`];
    if (found.target !== null) parts.unshift(`target ${percent(found.target)}`);
    const apart = found.after !== null && Math.abs(found.after - (found.target ?? -1)) > 0.0005;
    if (apart) parts.push(`comes out ${percent(found.after)}`);
    return typed ? `${parts.join(", ")} (both included)` : `${name}: ${parts.join(", ")}`;
  }
}
