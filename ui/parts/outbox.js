// Operations on their way to Python: all unacknowledged ones are sent together, and again until they are acknowledged.

class Outbox {
  constructor(changed) {
    this.mount = [...crypto.getRandomValues(new Uint32Array(3))].map((word) => word.toString(36)).join("");
    this.changed = changed; // called when an operation was queued or acknowledged
    this.queue = [];
    this.last = 0;
    this.trigger = null;
    this.courier = new Courier(() => this.trigger("ops", { mount: this.mount, ops: this.queue }));
  }

  get pending() {
    return this.queue.length;
  }

  /** The last operation of these kinds on a factor that is not yet acknowledged, if there is one. */
  newest(factor, ...kinds) {
    return this.queue.findLast((operation) => operation.factor === factor && kinds.includes(operation.kind));
  }

  /** The weights last asked for a factor and not yet acknowledged; null when there are none, or its bins have changed. */
  latest(factor, bins) {
    const weights = this.newest(factor, "weights", "preset")?.weights;
    return weights?.length === bins ? weights : null;
  }

  push(operation) {
    this.last += 1;
    this.queue.push({ seq: this.last, ...operation });
    this.courier.start();
    this.changed();
  }

  acknowledge(seq) {
    this.queue = this.queue.filter((operation) => operation.seq > seq);
    if (!this.queue.length) this.courier.stop();
    this.changed();
  }
}
