// Two factors together, as a picture: one cell for each pair of bins, darker the more rows it has.

const SIDE = 88; // px for the names of the rows
const FOOT = 34; // px for the names of the columns
const APART = 5; // px between the bins and missing
const LETTER = 6.1; // px, about

class PairHeat {
  constructor(root) {
    this.node = root.querySelector(".heat");
    this.box = element("div", "box");
    this.told = element("p", "told");
    this.node.replaceChildren(this.box, this.told);
    this.box.addEventListener("pointerover", (event) => this.tell(event.target.closest("[data-at]")));
    this.box.addEventListener("pointerleave", () => this.tell(null));
    this.observer = new ResizeObserver(() => requestAnimationFrame(() => this.layout()));
    this.observer.observe(this.box);
  }

  receive(data) {
    this.data = data;
    this.node.classList.toggle("asked", data.asked);
    this.width = 0;
    this.layout();
  }

  layout() {
    const width = this.box.clientWidth;
    if (!this.data || !width || width === this.width) return;
    this.width = width;
    this.draw();
    this.tell(null);
  }

  draw() {
    const { rows, columns, shares, height, title, of } = this.data;
    const down = this.bands(rows, 0, height - FOOT);
    const across = this.bands(columns, SIDE, this.width);
    const most = Math.max(...shares.flat(), 1e-12);
    const cells = shares.flatMap((row, i) => row.map((share, j) => {
      const [top, bottom] = down.at(i);
      const [left, right] = across.at(j);
      const size = { x: left, y: top, width: Math.max(0.5, right - left), height: Math.max(0.5, bottom - top) };
      const cell = shape("rect", { ...size, class: this.kind(i, j), "data-at": `${i},${j}` });
      // Where rows are counted, few of them matter: one row can be told from none, and ten from one.
      const dark = of ? shade(Math.log1p(share * of) / Math.log1p(most * of), 1) : shade(share / most);
      cell.style.setProperty("--shade", `${Math.round(0.85 * dark)}%`);
      return cell;
    }));
    const names = [...this.sideNames(rows, down), ...this.footNames(columns, across, height)];
    const middle = (SIDE + this.width) / 2;
    names.push(shape("text", { x: middle, y: height - 3, class: "axis", "text-anchor": "middle" }, fitting(this.data.column, Math.floor((this.width - SIDE) / 7.2))));
    const lines = shape("path", { d: "M-1,1 l2,-2 M0,5 l5,-5 M4,6 l2,-2", class: "hatching" });
    const hatch = shape("pattern", { id: "hatch", width: 5, height: 5, patternUnits: "userSpaceOnUse" }, [lines]);
    const svg = shape("svg", { width: this.width, height, role: "img", "aria-label": title }, [shape("defs", {}, [hatch]), ...cells, shape("g", { "aria-hidden": "true" }, names)]);
    this.box.replaceChildren(svg);
  }

  /** A cell without rows is hatched where rows are counted; one that no row of the design may have stays blank. */
  kind(i, j) {
    const { shares, of, shut } = this.data;
    if (!of || shares[i][j] > 0) return "cell";
    return shut?.[i]?.[j] ? "cell shut" : "cell none";
  }

  /** From where to where each bin goes between two ends; missing, the last one, stands a little apart. */
  bands({ labels, missing }, from, to) {
    const step = (to - from - (missing ? APART : 0)) / labels.length;
    const gap = labels.length * step > 6 * labels.length ? 1 : 0;
    return labels.map((_, i) => {
      const start = from + i * step + (missing && i === labels.length - 1 ? APART : 0);
      return [start, start + step - gap];
    });
  }

  /** Names that have room, missing always. */
  sideNames({ labels, missing }, bands) {
    const every = Math.ceil(13 / Math.max(1, bands[0][1] - bands[0][0] + 1));
    const last = labels.length - 1;
    return labels.flatMap((label, i) => {
      const shown = i % every === 0 && !(missing && last - i < every) || (missing && i === last);
      if (!shown) return [];
      const y = Math.max(7, (bands[i][0] + bands[i][1]) / 2);
      return [shape("text", { x: SIDE - 6, y, class: "name side", "text-anchor": "end" }, fitting(label, 14))];
    });
  }

  footNames({ labels, missing }, bands, height) {
    const most = 12;
    const wide = (Math.min(most, Math.max(...labels.map((label) => label.length))) + 1) * LETTER;
    const every = Math.ceil(wide / Math.max(1, bands[0][1] - bands[0][0] + 1));
    const last = labels.length - 1;
    return labels.flatMap((label, j) => {
      const shown = (j % every === 0 && !(missing && last - j < every)) || (missing && j === last);
      if (!shown) return [];
      const x = Math.min((bands[j][0] + bands[j][1]) / 2, this.width - Math.min(most, label.length) * LETTER / 2);
      return [shape("text", { x, y: height - FOOT + 12, class: "name", "text-anchor": "middle" }, fitting(label, most))];
    });
  }

  /** Says the share of the cell under the pointer. */
  tell(cell) {
    if (!cell) {
      this.told.textContent = this.data?.hint ?? "";
      return;
    }
    const [i, j] = cell.dataset.at.split(",").map(Number);
    const { row, column, rows, columns, shares } = this.data;
    const share = shares[i][j];
    const { of } = this.data;
    const count = of ? `${Math.round(share * of).toLocaleString("en-US")} rows, ` : "";
    const words = share > 0 ? `${count}${percentText(share)}${of ? "" : " of the rows"}` : "no row";
    const out = this.data.shut?.[i]?.[j] ? ", ruled out by the design" : "";
    this.told.textContent = `${row} ${rows.labels[i]} · ${column} ${columns.labels[j]}: ${words}${out}`;
  }

  leave() {
    this.observer.disconnect();
  }
}

export default living(PairHeat);
