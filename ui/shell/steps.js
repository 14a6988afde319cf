// Undo and redo: a click counts at once, also while Python is busy, and the buttons name what comes next.

const WORDS = { undo: "↶ Undo", redo: "↷ Redo" };
const EDITABLE = 'input:not([type="range"], [type="checkbox"], [type="radio"]), textarea, select, [contenteditable="true"]';

class Steps {
  constructor(root) {
    this.node = root.querySelector(".steps");
    this.outbox = new Outbox(() => this.draw());
    this.buttons = {};
    for (const step of ["undo", "redo"]) {
      this.buttons[step] = element("button", "", { type: "button" });
      this.buttons[step].addEventListener("click", () => this.take(step));
    }
    this.buttons.undo.title = "Ctrl+Z";
    this.buttons.redo.title = "Ctrl+Shift+Z";
    this.node.replaceChildren(this.buttons.undo, this.buttons.redo);
    this.keyed = (event) => this.key(event);
    document.addEventListener("keydown", this.keyed);
  }

  receive(data, trigger) {
    this.data = data;
    this.outbox.trigger = trigger;
    this.outbox.acknowledge(data.acks[this.outbox.mount] ?? 0);
  }

  /** The names of what can be undone and redone once all steps under way are made. */
  ahead() {
    const names = { undo: [...this.data.undo], redo: [...this.data.redo] };
    for (const { step } of this.outbox.queue) {
      const name = names[step].shift();
      if (name !== undefined) names[step === "undo" ? "redo" : "undo"].unshift(name);
    }
    return names;
  }

  draw() {
    if (!this.data) return;
    const names = this.ahead();
    for (const [step, button] of Object.entries(this.buttons)) {
      const [name] = names[step];
      button.textContent = name === undefined ? WORDS[step] : `${WORDS[step]} “${name}”`;
      button.setAttribute("aria-disabled", name === undefined);
    }
    this.node.dataset.pending = this.outbox.pending;
  }

  /** A button with nothing to do keeps its focus, so it is not disabled for good: it just does nothing. */
  take(step) {
    if (this.ahead()[step].length) this.outbox.push({ step });
  }

  /** In a field the keys take back what is typed there, not a step of the design. */
  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "z") return;
    if (event.composedPath()[0].matches?.(EDITABLE)) return;
    event.preventDefault();
    this.take(event.shiftKey ? "redo" : "undo");
  }

  leave() {
    document.removeEventListener("keydown", this.keyed);
    this.outbox.courier.stop();
  }
}

export default living(Steps);
