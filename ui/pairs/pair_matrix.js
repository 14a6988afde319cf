// The matrix of pairs: how strongly factors depend on each other. A name stands at the end of its row and above its
// column, so that no name is turned. Python owns the selection; a click shows at once.

const LABEL = 96; // px for the last name
const SMALLEST = 12; // px of a cell; more factors than fit scroll
const LARGEST = 26;

class PairMatrix {
  constructor(root) {
    this.node = root.querySelector(".pairs");
    this.cells = new Map(); // "row,column" → rect
    this.asked = null; // the pair Python has not confirmed yet
    this.courier = new Courier(() => this.trigger("select", this.asked));
    const scale = element("span", "scale", { "aria-hidden": "true" });
    this.owned = element("span", "owned", { text: "has a control" });
    this.ends = [element("span"), element("span")];
    const legend = element("p", "legend", {}, [this.ends[0], scale, this.ends[1], this.owned]);
    this.box = element("div", "box");
    this.told = element("p", "told");
    this.node.replaceChildren(legend, this.box, this.told);
    this.box.addEventListener("click", (event) => this.choose(event.target.closest("[data-pair]")));
    this.box.addEventListener("pointerover", (event) => this.tell(event.target.closest("[data-pair]")));
    this.box.addEventListener("pointerleave", () => this.tell(null));
    this.box.addEventListener("focusin", (event) => { this.rove(event.target.closest("[data-pair]")); this.tell(event.target.closest("[data-pair]")); });
    this.box.addEventListener("focusout", () => this.tell(null));
    this.node.addEventListener("keydown", (event) => this.key(event));
    this.observer = new ResizeObserver(() => requestAnimationFrame(() => this.layout()));
    this.observer.observe(this.box);
  }

  receive(data, trigger) {
    const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
    if (same(data.selected, this.asked) || (this.data && !same(data.selected, this.data.selected))) this.settle();
    const redraw = !this.data || !same(data.names, this.data.names) || !same(data.strength, this.data.strength);
    this.data = data;
    this.trigger = trigger;
    this.node.style.setProperty("--box-height", `${data.height}px`);
    this.ends.forEach((end, i) => (end.textContent = data.ends[i]));
    if (redraw) this.size = 0;
    this.layout();
    this.mark();
  }

  /** Cells as large as there is room for. */
  layout() {
    const count = this.data?.names.length ?? 0;
    const room = this.box.clientWidth;
    if (!count || !room) return;
    const across = (room - LABEL) / Math.max(1, count - 1);
    const down = this.data.height / count;
    const size = Math.max(SMALLEST, Math.min(LARGEST, Math.floor(Math.min(across, down))));
    if (size === this.size) return;
    this.size = size;
    this.draw();
    this.mark();
  }

  draw() {
    const { names, strength } = this.data;
    const active = this.box.getRootNode().activeElement?.dataset?.pair;
    const [width, height] = [(names.length - 1) * this.size + LABEL, names.length * this.size + 2];
    this.cells.clear();
    const cells = [];
    strength.forEach((row, i) => row.forEach((value, j) => {
      const cell = shape("rect", { x: j * this.size + 0.5, y: i * this.size + 0.5, width: this.size - 1, height: this.size - 1, rx: 2 });
      set(cell, { class: "cell", role: "option", tabindex: -1, "data-pair": `${i},${j}` });
      cell.style.setProperty("--shade", `${shade(value, 0.75)}%`);
      this.cells.set(`${i},${j}`, cell);
      cells.push(cell);
    }));
    this.labels = names.map((name, i) => shape("text", { x: i * this.size + 5, y: (i + 0.5) * this.size, class: "name" }, shortName(name, 15)));
    this.labels.forEach((label, i) => label.append(shape("title", {}, names[i])));
    this.dots = shape("g", { class: "dots" });
    this.frame = shape("rect", { class: "frame", rx: 3, visibility: "hidden" });
    const grid = shape("g", { role: "listbox", "aria-label": "Pairs of factors" }, cells);
    const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, [
      grid, shape("g", { "aria-hidden": "true" }, [this.dots, this.frame, ...this.labels]),
    ]);
    svg.style.fontSize = `${Math.min(12, this.size - 1)}px`;
    this.box.replaceChildren(svg);
    this.cells.get(active)?.focus({ preventScroll: true });
  }

  /** What is selected and what has a control. */
  mark() {
    if (!this.labels) return;
    const selected = this.place(this.asked ?? this.data.selected);
    const controlled = new Set(this.data.controlled.map((pair) => this.place(pair)));
    this.owned.hidden = controlled.size === 0;
    this.node.dataset.selected = (this.asked ?? this.data.selected ?? []).join(" × ");
    for (const [at, cell] of this.cells) {
      cell.setAttribute("aria-selected", at === selected);
      cell.setAttribute("aria-label", [this.words(at), controlled.has(at) && "has a control"].filter(Boolean).join(", "));
    }
    this.dots.replaceChildren(...[...controlled].filter((at) => this.cells.has(at)).map((at) => {
      const [i, j] = at.split(",").map(Number);
      return shape("circle", { cx: (j + 0.5) * this.size, cy: (i + 0.5) * this.size, r: Math.max(3, this.size / 4.2) });
    }));
    const [i, j] = (selected ?? "").split(",").map(Number);
    if (this.cells.has(selected)) set(this.frame, { x: j * this.size, y: i * this.size, width: this.size, height: this.size });
    this.frame.setAttribute("visibility", this.cells.has(selected) ? "visible" : "hidden");
    if (![...this.cells.values()].some((cell) => cell.tabIndex === 0)) this.rove(this.cells.get(selected) ?? this.cells.get("1,0"));
    this.tell(null);
  }

  /** "row,column" of a pair of names, whichever comes first. */
  place(pair) {
    const at = (pair ?? []).map((name) => this.data.names.indexOf(name)).sort((one, other) => other - one);
    return at.length === 2 && at[1] >= 0 ? at.join(",") : null;
  }

  words(at) {
    const [i, j] = at.split(",").map(Number);
    const { names, strength, texts } = this.data;
    return `${names[j]} × ${names[i]}: ${texts[i]?.[j] ?? strength[i][j].toFixed(2)}`;
  }

  /** Says which pair is under the pointer or has the focus, else which one is selected. */
  tell(cell) {
    if (!this.labels) return;
    const root = this.box.getRootNode();
    const focused = this.box.contains(root.activeElement) ? root.activeElement.closest("[data-pair]") : null;
    const at = (cell ?? focused)?.dataset.pair ?? this.place(this.asked ?? this.data.selected);
    this.told.textContent = at ? this.words(at) : "";
    const [i, j] = (at ?? "").split(",").map(Number);
    this.labels.forEach((label, k) => label.classList.toggle("named", k === i || k === j));
  }

  /** One tab stop for all cells. */
  rove(cell) {
    if (!cell) return;
    for (const one of this.cells.values()) if (one.tabIndex === 0) one.tabIndex = -1;
    cell.tabIndex = 0;
  }

  choose(cell) {
    if (!cell) return;
    const [i, j] = cell.dataset.pair.split(",").map(Number);
    this.asked = [this.data.names[j], this.data.names[i]];
    this.rove(cell);
    this.mark();
    if (this.place(this.data.selected) === cell.dataset.pair) this.settle();
    else this.courier.start();
  }

  settle() {
    this.courier.stop();
    this.asked = null;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    event.stopPropagation(); // a bare "r" would rerun the app
    const cell = event.target.closest("[data-pair]");
    if (!cell) return;
    const [i, j] = cell.dataset.pair.split(",").map(Number);
    const to = { ArrowUp: [i - 1, j], ArrowDown: [i + 1, j], ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1], Home: [i, 0], End: [i, i - 1] }[event.key];
    if (event.key === "Enter" || event.key === " ") this.choose(cell);
    else if (to) this.cells.get(to.join(","))?.focus();
    else return;
    event.preventDefault();
  }

  leave() {
    this.courier.stop();
    this.observer.disconnect();
  }
}

export default living(PairMatrix);
