// The list of factors: a search box, an order, and one row per factor. Python owns the selection; a click shows at once.

const ROLES = ["target", "keep", "hold", "derive", "level", "label", "follow", "drop"]; // the order of "by role": what was asked for first
const ROLE_WORDS = { follow: "follows", derive: "derived", drop: "dropped", carry: "carried" };
const NOTICED = 0.005; // shift from which a factor nobody set is coloured

const byName = (a, b) => a.name.localeCompare(b.name, "en", { numeric: true });
const ORDERS = {
  shift: (a, b) => (b.shift ?? -1) - (a.shift ?? -1) || byName(a, b),
  name: byName,
  role: (a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || byName(a, b),
};

class FactorList {
  constructor(root) {
    this.node = root.querySelector(".factors");
    this.rows = new Map(); // name → {node, parts}
    this.asked = null; // the selection Python has not confirmed yet
    this.courier = new Courier(() => this.trigger("select", this.asked));
    const field = { type: "search", placeholder: "Search factors", "aria-label": "Search factors" };
    this.search = element("input", "search", { ...field, autocomplete: "off", spellcheck: "false" });
    const options = Object.keys(ORDERS).map((order) => element("option", "", { value: order, text: `by ${order}` }));
    this.order = element("select", "order", { "aria-label": "Sort factors" }, options);
    this.count = element("span", "count");
    const head = element("div", "head", {}, [element("span", "heading", { text: "Factors" }), this.count, this.order]);
    this.list = element("div", "list", { role: "listbox", "aria-label": "Factors" });
    this.none = element("p", "none", { text: "No factor has this name.", role: "status" });
    this.node.replaceChildren(head, this.search, this.list, this.none);
    this.search.addEventListener("input", () => this.arrange());
    this.order.addEventListener("change", () => this.arrange());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[data-name]")));
    this.list.addEventListener("focusin", (event) => this.rove(event.target.closest("[data-name]")));
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  receive(data, trigger) {
    const first = !this.data;
    if (data.selected === this.asked || (this.data && data.selected !== this.data.selected)) this.settle();
    this.data = data;
    this.trigger = trigger;
    if (first) this.order.value = data.sort;
    this.node.style.setProperty("--list-height", `${data.height}px`);
    this.join();
    this.arrange();
    if (first) this.reveal();
  }

  /** As many rows as factors; a factor keeps its row, so focus and scroll position stay. */
  join() {
    const names = new Set(this.data.factors.map(({ name }) => name));
    for (const [name, { node }] of this.rows) {
      if (names.has(name)) continue;
      node.remove();
      this.rows.delete(name);
    }
    for (const factor of this.data.factors) {
      if (!this.rows.has(factor.name)) this.rows.set(factor.name, this.row(factor.name));
      this.draw(this.rows.get(factor.name), factor);
    }
  }

  row(name) {
    const title = element("span", "name", { text: name, title: name });
    const role = element("span", "role");
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "spark");
    svg.setAttribute("viewBox", "0 0 64 30");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    const [bars, line] = ["bars", "line"].map((part) => {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("class", part);
      svg.append(path);
      return path;
    });
    const shift = element("span", "shift");
    const words = element("span", "words", {}, [title, role]);
    const node = element("div", "row", { role: "option", tabindex: -1 }, [words, svg, shift]);
    node.dataset.name = name;
    return { node, role, bars, line, shift };
  }

  draw({ node, role, bars, line, shift }, factor) {
    const noticed = factor.shift !== null && factor.shift >= NOTICED;
    role.textContent = ROLE_WORDS[factor.role] ?? factor.role;
    bars.setAttribute("d", factor.bars);
    line.setAttribute("d", factor.line);
    shift.textContent = factor.shift === null ? "" : `${(factor.shift * 100).toFixed(1)} %`;
    node.classList.toggle("asked", factor.asked);
    node.classList.toggle("noticed", noticed);
    const moved = !noticed ? "" : factor.asked ? "asked for" : "carried along";
    node.title = moved;
    const words = [factor.name, role.textContent, shift.textContent && `shift ${shift.textContent}`, moved];
    node.setAttribute("aria-label", words.filter(Boolean).join(", "));
  }

  /** Puts the rows that match the search in order. */
  arrange() {
    const wanted = this.search.value.trim().toLowerCase();
    const shown = this.data.factors.filter(({ name }) => name.toLowerCase().includes(wanted)).sort(ORDERS[this.order.value]);
    const nodes = shown.map(({ name }) => this.rows.get(name).node);
    const old = [...this.list.children];
    if (nodes.length !== old.length || nodes.some((node, at) => node !== old[at])) {
      // Moving a node takes its focus away.
      const active = this.list.getRootNode().activeElement;
      this.list.replaceChildren(...nodes);
      if (nodes.includes(active)) active.focus({ preventScroll: true });
    }
    const all = this.data.factors.length;
    this.count.textContent = shown.length === all ? all : `${shown.length} of ${all}`;
    this.none.hidden = shown.length > 0;
    this.mark();
  }

  mark() {
    const selected = this.asked ?? this.data.selected;
    this.node.dataset.selected = selected ?? "";
    for (const [name, { node }] of this.rows) node.setAttribute("aria-selected", name === selected);
    const nodes = [...this.list.children];
    if (!nodes.some((node) => node.tabIndex === 0)) this.rove(this.rows.get(selected)?.node ?? nodes[0]);
  }

  /** One tab stop for all rows. */
  rove(row) {
    if (!row) return;
    for (const { node } of this.rows.values()) node.tabIndex = node === row ? 0 : -1;
  }

  reveal() {
    const row = this.rows.get(this.data.selected)?.node;
    if (row) this.list.scrollTop = row.offsetTop - this.list.offsetTop - this.list.clientHeight / 3;
  }

  choose(row) {
    if (!row) return;
    this.asked = row.dataset.name;
    this.rove(row);
    this.mark();
    if (this.asked === this.data.selected) this.settle();
    else this.courier.start();
  }

  /** Python shows what was chosen, or something else since. */
  settle() {
    this.courier.stop();
    this.asked = null;
  }

  key(event) {
    // Ctrl+Z in the search box takes back what was typed there, not the last step of the design.
    const shortcut = (event.ctrlKey || event.metaKey || event.altKey) && (event.target !== this.search || !this.search.value);
    if (shortcut || event.key === "Tab") return;
    event.stopPropagation(); // a bare "r" would rerun the app
    if (event.target === this.order) return;
    const nodes = [...this.list.children];
    const at = nodes.indexOf(event.target.closest(".row"));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: nodes.length - 1 }[event.key];
    if (at < 0) {
      if (event.key === "ArrowDown" || event.key === "Enter") this.enter(event, nodes[0]);
      return;
    }
    if (event.key === "Enter" || event.key === " ") this.choose(event.target.closest(".row"));
    else if (to === -1) this.search.focus();
    else if (to === undefined) return;
    else nodes[to]?.focus();
    event.preventDefault();
  }

  /** From the search box into the list: Down goes there, Enter takes the first match. */
  enter(event, row) {
    event.preventDefault();
    if (event.key === "Enter") this.choose(row);
    else row?.focus();
  }

  leave() {
    this.courier.stop();
  }
}

export default living(FactorList);
