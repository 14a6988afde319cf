// The table of one pair, to be typed: a share for each pair of bins. What is typed stays, the others give way, and
// together they are 100 %.

class PairWeights {
  constructor(root) {
    this.node = root.querySelector(".weights");
    this.outbox = new Outbox(() => {});
    this.table = element("table", "", {});
    this.hint = element("p", "told");
    this.node.replaceChildren(element("div", "box", {}, [this.table]), this.hint);
    this.node.addEventListener("change", (event) => this.typed(event.target));
    this.node.addEventListener("keydown", (event) => this.key(event));
    this.node.addEventListener("focusin", (event) => { event.target.select?.(); this.tell(event.target); });
    this.node.addEventListener("pointerover", (event) => this.tell(event.target.closest("input")));
    this.node.addEventListener("paste", (event) => this.paste(event));
  }

  receive(data, trigger) {
    this.outbox.trigger = trigger;
    const redraw = !this.data || JSON.stringify(this.shape(data)) !== JSON.stringify(this.shape(this.data));
    this.data = data;
    this.outbox.acknowledge(data.acks?.[this.outbox.mount] ?? 0);
    const count = data.rows.length * data.columns.length;
    this.shares = this.outbox.latest(data.pair, count) ?? data.shares.flat();
    this.node.dataset.rev = data.rev;
    if (redraw) this.draw();
    this.fill();
    this.tell(null);
  }

  shape({ pair, row, column, rows, columns }) {
    return [pair, row, column, rows, columns];
  }

  draw() {
    const { row, column, rows, columns } = this.data;
    const head = element("tr", "", {}, [
      element("td", "corner", { title: `${row} down, ${column} across` }),
      ...columns.map((label) => element("th", "", { scope: "col", text: fitting(label, 9), title: `${column} ${label}` })),
    ]);
    this.inputs = [];
    const body = rows.map((label, i) => element("tr", "", {}, [
      element("th", "", { scope: "row", text: fitting(label, 14), title: `${row} ${label}` }),
      ...columns.map((other, j) => {
        const words = `${row} ${label}, ${column} ${other}`;
        const input = element("input", "", { type: "text", inputmode: "decimal", "aria-label": words, autocomplete: "off", size: 4 });
        input.dataset.at = i * columns.length + j;
        this.inputs.push(input);
        return element("td", "", {}, [input]);
      }),
    ]));
    this.table.setAttribute("aria-label", `Weights of ${row} and ${column}, in percent`);
    this.table.replaceChildren(element("thead", "", {}, [head]), element("tbody", "", {}, body));
  }

  fill() {
    const most = Math.max(...this.shares, 1e-12);
    const active = this.node.getRootNode().activeElement;
    this.inputs.forEach((input, at) => {
      // What is being typed right now is not taken away.
      if (input !== active || !input.classList.contains("typing")) input.value = this.text(this.shares[at]);
      input.style.setProperty("--shade", `${Math.round(shade(this.shares[at] / most) / 2)}%`);
    });
  }

  text(share) {
    return percentText(share).replace(" %", "");
  }

  typed(input) {
    const text = input.value.replace("%", "").replace(",", ".").trim();
    const share = Number(text) / 100;
    input.classList.remove("typing");
    const fits = text !== "" && share >= 0 && share <= 1;
    const at = Number(input.dataset.at);
    if (!fits || input.value === this.text(this.shares[at])) this.fill();
    if (!fits) this.hint.textContent = "A share is a number from 0 to 100.";
    else if (input.value !== this.text(this.shares[at])) this.ask(new Map([[at, share]]));
  }

  /** Some shares are set; the others keep their proportions and make up the rest. */
  ask(given) {
    const fixed = [...given.values()].reduce((sum, share) => sum + share, 0);
    const others = this.shares.reduce((sum, share, at) => sum + (given.has(at) ? 0 : share), 0);
    const scale = others > 0 ? Math.max(0, 1 - fixed) / others : 0;
    const wanted = this.shares.map((share, at) => given.get(at) ?? share * scale);
    const total = wanted.reduce((sum, share) => sum + share, 0);
    if (!(total > 0)) { this.fill(); this.hint.textContent = "Not all of them can be 0."; return; }
    this.shares = wanted.map((share) => share / total);
    this.fill();
    const { pair, row, column } = this.data;
    this.outbox.push({ factor: pair, kind: "weights", weights: this.shares, label: `weights of ${row} × ${column}` });
  }

  /** Cells copied from a spreadsheet go in from the field that has the focus on. */
  paste(event) {
    const from = Number(event.target.dataset?.at);
    const lines = event.clipboardData.getData("text").trimEnd().split(/\r?\n/).map((line) => line.split("\t"));
    if (!Number.isInteger(from) || (lines.length === 1 && lines[0].length === 1)) return;
    event.preventDefault();
    const wide = this.data.columns.length;
    const given = new Map();
    lines.forEach((line, i) => line.forEach((text, j) => {
      const share = Number(text.replace("%", "").replace(",", ".").trim()) / 100;
      const at = from + i * wide + j;
      if ((from % wide) + j < wide && at < this.shares.length && share >= 0) given.set(at, share);
    }));
    if (given.size) this.ask(given);
  }

  tell(input) {
    const focused = this.node.getRootNode().activeElement;
    const at = (input ?? (this.node.contains(focused) ? focused : null))?.dataset?.at;
    const real = at === undefined ? null : this.data.real.flat()[at];
    this.hint.textContent = real === null ? this.data.hint : `${this.inputs[at].getAttribute("aria-label")}: really ${percentText(real)}`;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    event.stopPropagation(); // a bare "r" would rerun the app
    const at = Number(event.target.dataset?.at);
    if (!Number.isInteger(at)) return;
    const wide = this.data.columns.length;
    const to = { ArrowUp: at - wide, ArrowDown: at + wide, Enter: at + wide }[event.key];
    if (event.key === "Escape") { event.target.classList.remove("typing"); this.fill(); event.target.select(); }
    else if (to !== undefined) { event.preventDefault(); if (this.inputs[to]) this.inputs[to].focus(); else event.target.blur(); }
    else event.target.classList.add("typing");
  }

  leave() {
    this.outbox.courier.stop();
  }
}

export default living(PairWeights);
