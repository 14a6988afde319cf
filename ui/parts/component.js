// What the components share: elements whose text is text, sending until it was heard, and a life as long as the page's.

const SVG = "http://www.w3.org/2000/svg";

/** An element with a class, attributes and text; text is always text, never markup. */
function element(name, className, { text, ...attributes } = {}, children = []) {
  const node = document.createElement(name);
  if (className) node.className = className;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  node.append(...children);
  return node;
}

/** "down", "busy" (a run is under way: sending again would only make Python run twice) or "idle". */
function connection() {
  const app = document.querySelector('[data-testid="stApp"]');
  const socket = app?.getAttribute("data-test-connection-state");
  if (socket && socket !== "CONNECTED") return "down";
  return app?.getAttribute("data-test-script-state") === "running" ? "busy" : "idle";
}

const TICK = 250; // ms between two looks at the connection
const FIRST_RETRY = 1000; // ms; doubles up to LAST_RETRY
const LAST_RETRY = 15000;
const LONGEST_RUN = 30000; // ms of waiting for a run to end before it is doubted

/**
 * Sends until it is stopped. A newer trigger replaces an unprocessed one and a trigger sent while the socket is down is
 * lost, so once is not enough.
 */
class Courier {
  constructor(send) {
    this.send = send;
  }

  start() {
    this.delay = FIRST_RETRY;
    this.go();
    this.timer ??= setInterval(() => this.tick(), TICK);
  }

  go() {
    this.sentAt = performance.now();
    this.lost = connection() === "down";
    if (!this.lost) this.send();
  }

  tick() {
    const state = connection();
    if (state === "down") {
      this.lost = true;
    } else if (this.lost) {
      this.go();
    } else if (performance.now() - this.sentAt > (state === "busy" ? LONGEST_RUN : this.delay)) {
      this.delay = Math.min(LAST_RETRY, this.delay * 2);
      this.go();
    }
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

/** The default export of a component: one `Kind` per place on the page, told of every new data. */
function living(Kind) {
  const alive = new WeakMap();
  return ({ data, parentElement, setTriggerValue }) => {
    if (!alive.has(parentElement)) alive.set(parentElement, new Kind(parentElement));
    alive.get(parentElement).receive(data, setTriggerValue);
    // A superseded run's cleanup is called while the component lives on, so only a root that left the page ends it.
    return () => setTimeout(() => {
      if ((parentElement.host ?? parentElement).isConnected) return;
      alive.get(parentElement)?.leave();
      alive.delete(parentElement);
    });
  };
}
