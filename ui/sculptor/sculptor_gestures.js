// Hands on the bars: drag, paint, click, arrow keys, Escape. Gestures end in one operation each.

const GRAB = 7; // px around a handle where it is taken hold of instead of moved to the pointer
const STILL = 2; // px a hand may tremble within a click
const SETTLED = 350; // ms after the last key press until the presses become one operation

class Gestures {
  /** `host` is the sculptor. */
  constructor(host, signal) {
    this.host = host;
    this.stroke = null;
    this.focused = 0;
    const { svg } = host.chart;
    const on = (target, name, handle) => target.addEventListener(name, (event) => handle.call(this, event), { signal });
    on(svg, "pointerdown", this.press);
    on(svg, "pointermove", this.move);
    on(svg, "pointerup", this.release);
    on(svg, "pointercancel", this.cancel);
    on(svg, "lostpointercapture", this.cancel);
    on(svg, "pointerleave", () => {
      this.host.hover(this.stroke ? this.stroke.bin : null);
      if (!this.stroke) this.host.chart.hidePointer();
    });
    on(svg, "keydown", this.key);
    on(svg, "focusin", (event) => this.took(event));
    on(svg, "focusout", () => { this.settle(); this.host.hover(null); });
    signal.addEventListener("abort", () => clearTimeout(this.timer));
  }

  get busy() {
    return this.stroke !== null || this.waiting;
  }

  /** Key presses that are not yet an operation. */
  get waiting() {
    return this.timer !== undefined;
  }

  press(event) {
    const { host } = this;
    const { x, y } = host.chart.point(event);
    const bottom = TOP + host.chart.plot;
    if (event.button !== 0 || this.stroke || x < host.chart.left - 3) return undefined;
    event.preventDefault();
    if (y > bottom + host.chart.strip) return this.range(event, x);
    this.settle();
    host.node.classList.add("by-hand"); // no focus ring around what the pointer is on anyway
    const bin = host.chart.binAt(x);
    this.focus(bin);
    if (host.view.locked) return host.refuse();
    if (y > bottom + 3) return host.lock(bin);
    const handle = host.chart.y(host.view, host.view.shares[bin]);
    const held = host.view.target && !host.view.locks.has(bin) && Math.abs(y - handle) <= GRAB;
    const grip = held ? handle - y : 0; // from the pointer up to the handle it holds
    host.chart.svg.setPointerCapture(event.pointerId);
    const shareAt = (height) => host.chart.shareAt(host.view, height);
    this.stroke = new Stroke(host.chart, host.view.locks, shareAt, { x, y }, grip);
    Object.assign(this.stroke, { pointer: event.pointerId, base: host.view.shares, moved: !held });
    if (held) return host.hover(bin);
    this.stroke.to({ x, y });
    return this.show();
  }

  /** A hand along the axis: the share between where it went down and where it is. */
  range(event, x) {
    const { host: { chart, between } } = this;
    const from = chart.binAt(x);
    chart.svg.setPointerCapture(event.pointerId);
    this.ranging = { pointer: event.pointerId, from };
    between.choose(from, from);
  }

  move(event) {
    const { host, stroke } = this;
    if (this.ranging?.pointer === event.pointerId) {
      return host.between.choose(this.ranging.from, host.chart.binAt(host.chart.point(event).x));
    }
    if (!stroke) return this.pointAt(event);
    if (event.pointerId !== stroke.pointer) return undefined;
    // A fast hand moves several times between two pictures; all its places count, and are drawn once.
    for (const step of [...(event.getCoalescedEvents?.() ?? []), event]) this.follow(host.chart.point(step));
    return stroke.edits.size ? this.show() : undefined;
  }

  follow({ x, y }) {
    const { stroke } = this;
    stroke.moved ||= Math.hypot(x - stroke.start.x, y - stroke.start.y) > STILL;
    if (stroke.moved) stroke.to({ x, y });
  }

  /** A pointer that passes by: the bar under it, and the share its height means. */
  pointAt(event) {
    const { host } = this;
    const bin = this.over(event);
    host.hover(bin);
    if (bin === null || host.view.locked) host.chart.hidePointer();
    else host.chart.showPointer(host.view, host.chart.point(event).y);
  }

  show() {
    if (this.stroke.edits.size) this.host.edit(this.stroke.edits, this.stroke.base);
    this.host.hover(this.stroke.bin);
    this.host.chart.showPointer(this.host.view, this.stroke.last.y + this.stroke.grip);
  }

  release(event) {
    const { stroke } = this;
    this.ranging = null;
    if (!stroke || event.pointerId !== stroke.pointer) return;
    this.stroke = null;
    if (stroke.edits.size === 0) this.host.giveUp(stroke.moved ? stroke.bin : null);
    else if (stroke.edits.size > 1) this.host.commit("paint", stroke.bin);
    else this.host.commit(stroke.last.y === stroke.start.y ? "set" : "drag", stroke.bin);
  }

  /** Escape, a lost pointer, another factor: the bars are again as before the stroke. */
  cancel() {
    this.ranging = null;
    if (!this.stroke) return false;
    const { pointer } = this.stroke;
    this.stroke = null;
    if (this.host.chart.svg.hasPointerCapture(pointer)) this.host.chart.svg.releasePointerCapture(pointer);
    this.host.revert();
    return true;
  }

  /** Escape: gives up a stroke, or key presses that are not yet an operation. */
  abandon() {
    if (this.cancel()) return true;
    if (!this.waiting) return false;
    this.drop();
    this.host.revert();
    return true;
  }

  /** Key presses that wait to become an operation become one now. */
  settle() {
    if (!this.waiting) return;
    this.drop();
    this.host.commit("nudge", this.focused);
  }

  drop() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  key(event) {
    this.host.node.classList.remove("by-hand");
    const bins = this.host.view.labels.length;
    const moves = { ArrowLeft: -1, ArrowRight: 1 };
    if (event.key in moves) {
      event.preventDefault();
      const from = this.focused;
      this.focus(clamp(from + moves[event.key], 0, bins - 1));
      if (!event.shiftKey) this.anchor = null;
      else this.host.between.choose((this.anchor ??= from), this.focused);
      return undefined;
    }
    const share = this.host.view.shares[this.focused];
    const factor = event.shiftKey ? 1.25 : 1.05;
    const wanted = {
      ArrowUp: () => nudged(share, factor),
      ArrowDown: () => nudged(share, 1 / factor),
      PageUp: () => nudged(share, 2),
      PageDown: () => nudged(share, 1 / 2),
      Home: () => this.host.view.real[this.focused],
      Delete: () => 0,
    }[event.key];
    if (event.key === "l" || event.key === "L") return this.host.lock(this.focused);
    if (event.key === "Enter") return this.host.table.type(this.focused);
    if (!wanted || this.stroke) return undefined;
    event.preventDefault();
    if (this.host.view.locked) return this.host.refuse();
    if (this.host.view.locks.has(this.focused)) return this.host.refuseLocked(this.focused);
    if (!this.host.edit(new Map([[this.focused, wanted()]]), this.host.view.shares)) return undefined;
    this.host.hover(this.focused);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settle(), SETTLED);
    this.host.mark();
  }

  took(event) {
    const group = event.target.closest("[data-bin]");
    if (!group) return;
    this.focused = Number(group.dataset.bin);
    this.rove();
    this.host.hover(this.focused);
  }

  focus(bin) {
    this.settle();
    this.focused = bin;
    this.rove();
    this.host.chart.bars[bin].group.focus({ preventScroll: true });
  }

  /** One tab stop for all bars. */
  rove() {
    this.focused = clamp(this.focused, 0, this.host.chart.bars.length - 1);
    this.host.chart.bars.forEach(({ group }, bin) => group.setAttribute("tabindex", bin === this.focused ? 0 : -1));
  }

  over(event) {
    const { x, y } = this.host.chart.point(event);
    const inside = y >= TOP && y <= TOP + this.host.chart.plot && x >= this.host.chart.left;
    return inside ? this.host.chart.binAt(x) : null;
  }
}
