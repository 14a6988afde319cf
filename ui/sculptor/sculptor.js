// The sculptor: takes data from Python, lets a person shape the shares, and sends operations back. Python owns the state.

const QUIET = 400; // ms an acknowledgement may take before "saving…" is shown

class Sculptor {
  constructor(root) {
    this.node = root.querySelector(".sculptor");
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    this.outbox = new Outbox(() => this.mark());
    this.heights = new Map(); // the height axis a person chose, by factor
    this.build();
    this.gestures = new Gestures(this, signal);
    this.node.addEventListener("keydown", (event) => this.key(event), { signal });
    this.observer = new ResizeObserver(() => requestAnimationFrame(() => this.layout()));
    this.observer.observe(this.chart.box);
    document.fonts?.ready.then(() => this.layout());
  }

  build() {
    const { signal } = this.leaving;
    this.toolbar = new Toolbar(this, signal);
    this.table = new Table(this);
    this.between = new Between(this);
    this.hint = element("p", "hint");
    this.saving = element("span", "saving", { text: "saving…", "aria-hidden": "true" });
    this.status = element("div", "unseen", { role: "status" });
    const box = element("div", "box");
    this.chart = new Chart(box);
    this.over = 0; // what was painted, where it is more than there is room for
    this.versions = element("select", "versions", { "aria-label": "Saved version laid over the bars" });
    this.versions.addEventListener("change", () => this.layOver());
    const below = element("div", "below", {}, [this.hint, this.saving, this.versions]);
    const left = element("div", "left", {}, [this.toolbar.node, box, this.between.node, below]);
    this.node.replaceChildren(element("div", "frame", {}, [left, this.table.node]), this.status);
  }

  /** New data from Python. It is drawn at once, unless a hand is on the bars: then when the hand lets go. */
  receive(data, trigger) {
    this.outbox.trigger = trigger;
    this.data = data;
    this.outbox.acknowledge(data.acks?.[this.outbox.mount] ?? 0);
    if (data.factor !== this.view?.factor) this.turn();
    if (!this.gestures.busy) this.take();
  }

  /** Another factor is shown: unfinished gestures of the one before end. */
  turn() {
    if (!this.gestures.cancel()) this.gestures.settle();
    this.chart.hideTip();
    this.gestures.focused = 0;
  }

  /** Python's state, and over it what is still on its way to Python. */
  take() {
    const { data } = this;
    const design = data.design ?? data.real;
    const target = this.outbox.latest(data.factor, data.labels.length) ?? data.target;
    this.view = {
      factor: data.factor,
      labels: data.labels,
      real: data.real,
      before: data.before ?? "real",
      target,
      design,
      shares: target ?? design,
      ungrounded: data.ungrounded ?? data.labels.map(() => false),
      missing: data.missing,
      rows: data.rows,
      draft: this.outbox.newest(data.factor, "over") ? null : (data.draft ?? null),
      between: this.outbox.newest(data.factor, "between") ? null : (data.between ?? null),
      locked: Boolean(data.locked),
      locks: new Set(data.locked ? [] : (this.outbox.newest(data.factor, "locks")?.bins ?? data.locks ?? [])),
      ordered: data.ordered ?? true,
      numeric: data.numeric ?? data.ordered ?? true,
      caption: data.unit ? `${data.title} (${data.unit})` : data.title,
      height: this.heights.get(data.factor) ?? data.height_scale ?? "linear",
    };
    set(this.node, { "data-rev": data.rev, "data-factor": data.factor });
    this.chart.svg.setAttribute("aria-label", `Shares of ${data.title}`);
    this.node.classList.toggle("locked", this.view.locked);
    this.node.classList.toggle("empty", data.labels.length === 0);
    this.hint.textContent = data.hint ?? this.usage();
    this.table.layout(this.view);
    this.between.layout(this.view);
    this.offer(data.versions ?? [], data.draft?.number);
    this.layout();
  }

  /** The menu of saved versions; none where there are none. */
  offer(versions, chosen) {
    this.versions.hidden = versions.length === 0;
    const options = [["", "no version laid over"], ...versions.map(({ number, name }) => [number, `${name} laid over`])];
    const texts = options.map(([value, text]) => `${value} ${text}`).join();
    if (texts !== this.offered) this.versions.replaceChildren(...options.map(([value, text]) => element("option", "", { value, text })));
    this.offered = texts;
    if (!this.outbox.newest(this.view.factor, "over")) this.versions.value = chosen ?? "";
  }

  layOver() {
    const number = this.versions.value ? Number(this.versions.value) : null;
    this.outbox.push({ factor: this.view.factor, kind: "over", number });
    this.take();
  }

  usage() {
    if (!this.view.labels.length) return "All values are missing: there is nothing to sculpt.";
    if (this.view.locked) return "Locked by its role. Choose target to sculpt it.";
    if (!this.view.target) return "Drag a bar to make this factor a target.";
    return "";
  }

  /** The height axis over what is drawn, then everything anew. Not under a hand: the axis would slip away from it. */
  layout() {
    if (!this.view?.labels.length || this.gestures.stroke || !this.chart.box.clientWidth) return;
    const { view } = this;
    view.axis = heightAxis(view.height, [...view.real, ...view.shares, ...view.design, ...(view.draft?.shares ?? [])]);
    this.chart.layout(view);
    this.node.style.setProperty("--chart-height", `${this.chart.height}px`);
    this.gestures.rove();
    this.toolbar.draw(view);
    this.draw();
  }

  draw() {
    this.chart.draw(this.view);
    this.table.draw(this.view);
    this.between.draw();
    this.mark();
  }

  /** Shows shares that are not yet an operation; false when they would leave nothing, or nothing can make room. */
  edit(edits, base) {
    const { locks, real, labels } = this.view;
    if (locks.size && labels.length - locks.size < 2) return this.refuse("All other bars are locked: unlock one that can make room.");
    const shares = withShares(base, edits, real, locks);
    if (!shares) return this.refuse("One bar at least must stay above 0 %.");
    const painted = total([...edits.values()]);
    this.room = roomOf(base, locks);
    this.over = painted > this.room && edits.size > 1 ? painted : 0;
    // More was painted than there is room for: the heights stay as painted until the stroke ends.
    this.result = shares;
    this.view.shares = this.over ? base.map((share, bin) => edits.get(bin) ?? share) : shares;
    this.view.target = this.view.shares;
    this.draw();
    return true;
  }

  /** The edited shares become an operation. */
  commit(verb, bin) {
    if (!this.result) return this.revert();
    const { factor, labels } = this.view;
    this.say(`${labels[bin]}: ${percent(this.result[bin])}`);
    this.operate({ kind: "weights", weights: this.result, locks: [...this.view.locks] }, verb);
    if (this.view.factor === factor) this.hover(bin);
    return undefined;
  }

  /** A stroke that changed nothing; `bin` is where it ended, if the hand moved. */
  giveUp(bin) {
    this.revert();
    if (bin !== null && this.view.locks.has(bin)) this.refuseLocked(bin);
  }

  refuseLocked(bin) {
    return this.refuse(`${this.view.labels[bin]} is locked. Unlock it with the padlock below it, or with the key L.`);
  }

  /** Locks a bar, or lets it go: what others are set to moves it no more. */
  lock(bin) {
    const { factor, labels, shares, locked, locks } = this.view;
    if (locked) return this.refuse();
    this.gestures.settle();
    const bins = locks.has(bin) ? [...locks].filter((one) => one !== bin) : [...locks, bin].sort((a, b) => a - b);
    this.outbox.push({ factor, kind: "locks", bins, labels: bins.map((one) => labels[one]) });
    this.say(`${labels[bin]}: ${locks.has(bin) ? "unlocked" : "locked"} at ${percent(shares[bin])}`);
    return this.take();
  }

  operate(operation, verb) {
    this.over = 0;
    this.result = null;
    this.outbox.push({ factor: this.view.factor, ...operation, label: `${verb} ${this.view.factor}` });
    this.take();
  }

  revert() {
    this.over = 0;
    this.result = null;
    this.chart.hideTip();
    this.take();
  }

  exact(bin, share) {
    if (this.edit(new Map([[bin, share]]), this.view.shares)) this.commit("set", bin);
    this.chart.hideTip();
  }

  preset(name) {
    const { view } = this;
    this.gestures.settle();
    const weights = preset(name, view.shares, view.real, view.ungrounded, view.locks);
    this.operate({ kind: "preset", name, weights, locks: [...view.locks] }, name);
    this.say(PRESETS[name].label);
  }

  axis(kind) {
    this.heights.set(this.view.factor, kind);
    this.view.height = kind;
    this.layout();
  }

  /** The pill over one bar, or none. */
  hover(bin) {
    const { view } = this;
    if (bin === null || !view) return this.chart.hideTip();
    const share = view.shares[bin];
    const parts = this.chart.whole[bin] ? [] : [[view.labels[bin], "name"]];
    parts.push([percent(share), "share"], [`${view.before} ${percent(view.real[bin])}`, ""]);
    const atRest = !this.outbox.pending && !this.gestures.busy; // a hand at work needs little, and sight of the other bars
    if (view.rows && !this.gestures.stroke) parts.push([rowsText(view.rows * share * (1 - (view.missing?.design ?? 0))), ""]);
    const apart = Math.abs(view.design[bin] - share) > Math.max(0.0005, 0.01 * share);
    if (apart && atRest) parts.push([`comes out ${percent(view.design[bin])}`, ""]);
    if (view.draft?.shares) parts.push([`${view.draft.name} ${percent(view.draft.shares[bin])}`, ""]);
    if (bin > 0 && !this.gestures.stroke) parts.push([`up to here ${percent(upTo(view.shares, bin))}`, ""]);
    if (view.locks.has(bin)) parts.push(["locked", ""]);
    if (this.over) parts.push([`painted ${percent(this.over)}, will be scaled to ${percent(this.room)}`, ""]);
    return this.chart.showTip(view, bin, parts);
  }

  refuse(text = this.hint.textContent) {
    this.say(text);
    this.hint.textContent = text;
    this.hint.classList.remove("flash");
    requestAnimationFrame(() => this.hint.classList.add("flash"));
    return false;
  }

  say(text) {
    this.status.textContent = text;
  }

  /** Keys belong to the sculptor (a bare "r" would rerun the app), but for shortcuts and Tab. */
  key(event) {
    // Ctrl+Z in a field takes back what is being typed there, not the last step of the design.
    const shortcut = (event.ctrlKey || event.metaKey || event.altKey) && !this.table.typing();
    if (shortcut || event.key === "Tab") return;
    event.stopPropagation();
    if (event.key !== "Escape") return;
    if (this.gestures.abandon()) this.say("Cancelled.");
    else if (this.between.forget()) this.say("The share between is cleared.");
  }

  mark() {
    const pending = this.outbox.pending > 0 || this.gestures?.waiting === true;
    this.node.dataset.pending = Number(pending);
    if (pending) return void (this.slow ??= setTimeout(() => this.node.classList.add("slow"), QUIET));
    clearTimeout(this.slow);
    this.slow = undefined;
    return this.node.classList.remove("slow");
  }

  leave() {
    this.leaving.abort();
    this.observer.disconnect();
    this.outbox.courier.stop();
    clearTimeout(this.slow);
  }
}

export default living(Sculptor);
