// The drawing: one SVG with grey bars (real), coloured bars (target), a line (what will come out), axes and a tooltip.

function make(name, attributes = {}, parent = null) {
  const node = document.createElementNS(SVG, name);
  set(node, attributes);
  parent?.append(node);
  return node;
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}

const pen = document.createElement("canvas").getContext("2d");

function textWidth(text, font) {
  pen.font = font;
  return pen.measureText(text).width;
}

/** The longest beginning of a label that fits, with an ellipsis when it was cut. */
function fitted(text, width, font) {
  if (textWidth(text, font) <= width) return text;
  let length = text.length - 1;
  while (length > 1 && textWidth(`${text.slice(0, length)}…`, font) > width) length -= 1;
  return `${text.slice(0, length).trimEnd()}…`;
}

const TOP = 12;
const RIGHT = 8;
const LABEL_ANGLE = 50; // degrees of slanted level names
const LONGEST_LABEL = 110; // px
const WIDEST_BAR = 150; // px
const STRIP = 18; // px between the bars and their names, where the padlocks are

/** A padlock around 0, 0, about 10 px wide. */
function padlock(parent) {
  const group = make("g", { class: "padlock" }, parent);
  make("path", { class: "shackle", d: "M-3 -0.5V-2.8A3 3 0 0 1 3 -2.8V-0.5" }, group);
  make("path", { class: "body", d: "M-4.5 -0.5H4.5V5.5H-4.5Z" }, group);
  return group;
}

class Chart {
  constructor(box) {
    this.box = box;
    this.svg = make("svg", { class: "chart", role: "group" }, null);
    const pattern = { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
    const hatch = make("pattern", pattern, make("defs", {}, this.svg));
    make("rect", { width: 2, height: 6, class: "hatch-line" }, hatch);
    this.layers = {};
    for (const name of ["range", "grid", "bars", "draft", "outcome", "axis", "pointer"]) this.layers[name] = make("g", { class: name }, this.svg);
    for (const [name, layer] of Object.entries(this.layers)) if (name !== "bars") layer.setAttribute("aria-hidden", "true");
    this.bars = [];
    this.tip = document.createElement("div");
    this.tip.className = "tip";
    this.tip.setAttribute("aria-hidden", "true");
    box.append(this.svg, this.tip);
  }

  /** Everything that depends on the width, the labels and the height axis. */
  layout(view) {
    const style = getComputedStyle(this.box);
    const font = `${style.fontWeight} 12px ${style.fontFamily}`;
    this.width = Math.max(240, Math.floor(this.box.clientWidth));
    this.left = 10 + Math.max(...view.axis.ticks.map((tick) => textWidth(tickText(tick), font)));
    this.bins = view.labels.length;
    this.band = (this.width - this.left - RIGHT) / this.bins;
    this.plot = Math.round(clamp(this.width * 0.54, 230, 400));
    this.labels = this.arrange(view, font);
    this.strip = view.locked ? 3 : STRIP;
    this.hidePointer();
    this.height = TOP + this.plot + (view.locked ? 0 : STRIP) + this.labels.depth + (view.caption ? 24 : 4);
    set(this.svg, { width: this.width, height: this.height, viewBox: `0 0 ${this.width} ${this.height}` });
    this.drawGrid(view.axis);
    this.drawLabels(view);
    this.joinBars(view);
  }

  /** How the names below the bars are written: level when they fit, thinned out on an ordered axis, else slanted. */
  arrange(view, font) {
    const widths = view.labels.map((label) => textWidth(label, font));
    const widest = Math.max(...widths);
    if (widest <= this.band - 4) return { every: 1, slanted: false, room: this.band, depth: 22, font };
    if (view.numeric && widest <= 90) {
      return { every: Math.ceil((widest + 10) / this.band), slanted: false, room: widest + 1, depth: 22, font };
    }
    if (!view.numeric && this.band > 64) return { every: 1, slanted: false, room: this.band - 6, depth: 22, font };
    const room = Math.min(widest + 1, LONGEST_LABEL);
    const depth = room * Math.sin((LABEL_ANGLE * Math.PI) / 180) + 18;
    return { every: Math.ceil(14 / this.band), slanted: true, room, depth, font };
  }

  x(bin) {
    return this.left + this.band * bin;
  }

  y(view, share) {
    return TOP + this.plot * (1 - view.axis.fraction(share));
  }

  binAt(x) {
    return clamp(Math.floor((x - this.left) / this.band), 0, this.bins - 1);
  }

  shareAt(view, y) {
    return view.axis.share(1 - (y - TOP) / this.plot);
  }

  /** A pointer's position in the drawing's own coordinates. */
  point(event) {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return { x, y };
  }

  drawGrid(axis) {
    const nodes = axis.ticks.map((tick) => {
      const y = Math.round(TOP + this.plot * (1 - axis.fraction(tick))) + 0.5;
      const group = make("g");
      make("line", { x1: this.left, x2: this.width - RIGHT, y1: y, y2: y }, group);
      make("text", { x: this.left - 8, y: y + 4, "text-anchor": "end" }, group).textContent = tickText(tick);
      return group;
    });
    this.layers.grid.replaceChildren(...nodes);
  }

  drawLabels(view) {
    const { every, slanted, room, font } = this.labels;
    const base = TOP + this.plot + (view.locked ? 0 : STRIP) + 17;
    this.whole = view.labels.map(() => false); // whether a name stands in full below its bar
    const zone = { x: this.left, y: base - 16, width: this.band * this.bins, height: this.height - base + 16 };
    const nodes = [make("rect", { class: "zone", ...zone })];
    for (let bin = 0; bin < this.bins; bin += every) {
      const x = this.x(bin) + this.band / 2;
      // A slanted name may not reach beyond the left edge.
      const reach = slanted ? Math.min(room, x / Math.cos((LABEL_ANGLE * Math.PI) / 180)) : room;
      const shown = fitted(view.labels[bin], reach, font);
      this.whole[bin] = shown === view.labels[bin];
      const turn = slanted ? { transform: `rotate(-${LABEL_ANGLE} ${x} ${base - 5})`, "text-anchor": "end" } : {};
      const text = make("text", { x: slanted ? x + 2 : x, y: base, "text-anchor": "middle", ...turn });
      text.textContent = shown;
      if (!this.whole[bin]) make("title", {}, text).textContent = view.labels[bin];
      nodes.push(text);
    }
    if (view.caption) {
      const place = { x: (this.left + this.width - RIGHT) / 2, y: this.height - 6, "text-anchor": "middle", class: "caption" };
      const caption = make("text", place);
      caption.textContent = fitted(view.caption, this.width - this.left, font);
      nodes.push(caption);
    }
    this.layers.axis.replaceChildren(...nodes);
  }

  /** As many bars as bins; bars that stay keep their element, so the focus stays too. */
  joinBars(view) {
    while (this.bars.length > this.bins) this.bars.pop().group.remove();
    while (this.bars.length < this.bins) {
      const slider = { class: "bar", role: "slider", "data-bin": this.bars.length, tabindex: -1 };
      const group = make("g", slider, this.layers.bars);
      const parts = { group };
      for (const part of ["column", "real", "target", "hatch", "handle"]) {
        parts[part] = make("rect", { class: part }, group);
      }
      parts.place = make("rect", { class: "place" }, group);
      parts.padlock = padlock(group);
      this.bars.push(parts);
    }
    const gap = Math.max(clamp(this.band * 0.12, 1, 8), this.band - WIDEST_BAR);
    const radius = this.band > 14 ? 2 : 0;
    this.bars.forEach((bar, bin) => {
      const inner = { x: this.x(bin) + gap / 2, width: this.band - gap };
      for (const part of ["real", "target", "hatch", "handle"]) set(bar[part], { ...inner, rx: radius });
      const foot = TOP + this.plot;
      set(bar.place, { x: this.x(bin), width: this.band, y: foot, height: this.strip });
      const size = clamp(this.band / 14, 0.4, 1);
      set(bar.padlock, { transform: `translate(${this.x(bin) + this.band / 2} ${foot + STRIP / 2}) scale(${size})` });
      set(bar.column, { x: this.x(bin), width: this.band, y: TOP, height: this.plot, rx: 4 });
      set(bar.group, { "aria-label": view.labels[bin], "aria-orientation": "vertical" });
      set(bar.group, { "aria-valuemin": 0, "aria-valuemax": 100 });
    });
  }

  /** Everything that depends on the shares. */
  draw(view) {
    const bottom = TOP + this.plot;
    const standing = (share) => ({ y: this.y(view, share), height: Math.max(0, bottom - this.y(view, share)) });
    this.bars.forEach((bar, bin) => {
      set(bar.real, standing(view.real[bin]));
      const drawn = view.target ? standing(view.shares[bin]) : { y: bottom, height: 0 };
      set(bar.target, drawn);
      // An empty bin stays marked although nothing stands in it.
      const marked = view.ungrounded[bin] ? Math.max(drawn.height, 12) : 0;
      set(bar.hatch, { y: bottom - marked, height: marked });
      set(bar.handle, { y: Math.min(drawn.y - 2, bottom - 4), height: view.target ? 4 : 0 });
      bar.group.classList.toggle("kept", view.locks.has(bin));
      this.describe(bar.group, view, bin);
    });
    this.drawDraft(view);
    this.drawOutcome(view);
  }

  /** Another version of the design, as an outline over the bars. */
  drawDraft(view) {
    const shares = view.draft?.shares;
    if (!shares) return this.layers.draft.replaceChildren();
    const bottom = TOP + this.plot;
    const gap = view.ordered ? 0 : this.band * 0.1; // levels stand apart
    const steps = shares.map((share, bin) => {
      const [from, to, y] = [this.x(bin) + gap, this.x(bin + 1) - gap, this.y(view, share)].map((x) => x.toFixed(1));
      return view.ordered ? `${bin ? "L" : `M${from} ${bottom}L`}${from} ${y}H${to}` : `M${from} ${bottom}V${y}H${to}V${bottom}`;
    });
    return this.layers.draft.replaceChildren(make("path", { d: `${steps.join("")}${view.ordered ? `V${bottom}` : ""}` }));
  }

  describe(group, view, bin) {
    const share = view.shares[bin];
    const kept = view.locks.has(bin);
    const said = [percent(share), `${view.before} ${percent(view.real[bin])}`, ...(kept ? ["locked"] : [])];
    set(group, {
      "aria-valuenow": Number((share * 100).toPrecision(6)),
      "aria-valuetext": `${view.labels[bin]}: ${said.join(", ")}`,
      "aria-readonly": view.locked || kept,
      "data-share": share,
    });
  }

  drawOutcome(view) {
    const points = view.design.map((share, bin) => [this.x(bin) + this.band / 2, this.y(view, share)]);
    const half = this.band * 0.36;
    // Between levels without an order there is nothing that a line could mean: each has its own.
    const level = ([x, y]) => `M${(x - half).toFixed(1)} ${y.toFixed(1)}H${(x + half).toFixed(1)}`;
    const joined = () => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;
    const line = make("path", { d: view.ordered ? joined() : points.map(level).join("") });
    const radius = clamp(this.band / 8, 0, 3.5);
    const dots = radius < 1.2 ? [] : points.map(([cx, cy]) => make("circle", { cx, cy, r: radius }));
    this.layers.outcome.replaceChildren(line, ...dots);
  }

  /** The dark pill above a bar; `parts` are [text, class] pairs. */
  showTip(view, bin, parts) {
    this.tip.replaceChildren(...parts.map(([text, name]) => element("span", name, { text })));
    this.tip.classList.add("shown");
    const shares = [view.shares[bin], view.target ? 0 : view.real[bin], view.design[bin]];
    const centre = this.x(bin) + this.band / 2;
    const { offsetWidth, offsetHeight } = this.tip;
    const above = this.y(view, Math.max(...shares)) - offsetHeight - 12;
    const furthest = this.width - offsetWidth;
    this.tip.style.left = `${clamp(centre - offsetWidth / 2, Math.min(this.left, furthest), furthest)}px`;
    this.tip.style.top = `${Math.max(-offsetHeight + TOP, above)}px`;
  }

  /** The share that the pointer's height means, as a line across and a number on the axis. */
  showPointer(view, y) {
    const top = clamp(y, 0, TOP + this.plot);
    const text = percent(rounded(this.shareAt(view, y)));
    const line = make("line", { x1: this.left, x2: this.width - RIGHT, y1: top, y2: top });
    const pill = make("rect", { x: -6, y: top - 9, width: this.left + 3, height: 18, rx: 4 });
    const number = make("text", { x: this.left - 8, y: top + 4, "text-anchor": "end" });
    number.textContent = text;
    this.layers.pointer.replaceChildren(line, pill, number);
  }

  /** The bars between two points of the axis: {from, to}, or none. */
  drawRange(range) {
    if (!range) return this.layers.range.replaceChildren();
    const { from, to } = range;
    const place = { x: this.x(from), y: TOP, width: this.band * (to - from + 1), height: this.plot + this.strip };
    const foot = { ...place, y: TOP + this.plot + this.strip, height: 3, rx: 1.5, class: "foot" };
    return this.layers.range.replaceChildren(make("rect", place), make("rect", foot));
  }

  hidePointer() {
    this.layers.pointer.replaceChildren();
  }

  hideTip() {
    this.tip.classList.remove("shown");
  }
}
