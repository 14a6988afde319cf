// A press counts for the button on which it began. An answer of Python may arrive between pressing and letting go, some
// 100 ms later, and move the button from under the pointer; the browser then takes the click for one beside it.

const LATEST = 1000; // ms in which a button has to be there again
const STILL = 5; // px that a pointer may move between the two

class Presses {
  constructor() {
    this.pressed = null;
    document.addEventListener("pointerdown", (event) => this.begin(event), true);
    document.addEventListener("click", (event) => this.clicked(event), true);
    document.addEventListener("pointerup", (event) => this.end(event), true);
  }

  begin(event) {
    const button = event.button === 0 && event.target.closest?.("button");
    this.pressed = button ? { button, again: finder(button), x: event.clientX, y: event.clientY } : null;
  }

  clicked(event) {
    if (this.pressed && this.pressed.button.contains(event.target)) this.pressed = null;
  }

  end(event) {
    const press = this.pressed;
    if (!press || Math.hypot(event.clientX - press.x, event.clientY - press.y) > STILL) return;
    setTimeout(() => { // the browser's own click comes before
      if (this.pressed !== press) return;
      this.take(press, performance.now() + LATEST);
    });
  }

  /** Clicks the button; one that is being drawn anew is waited for, unless something else is pressed. */
  take(press, end) {
    if (this.pressed !== press || performance.now() > end) return;
    const button = press.button.isConnected ? press.button : press.again();
    if (!button) return void requestAnimationFrame(() => this.take(press, end));
    this.pressed = null;
    button.click();
  }
}

/** Finds a button that was drawn anew: by the class that Streamlit gives what has a key, and by what stands on it. */
function finder(button) {
  const classes = [...(button.closest('[class*="st-key-"]')?.classList ?? [])];
  const key = classes.find((one) => one.startsWith("st-key-"));
  const words = button.textContent;
  return () => {
    const found = key ? [...document.querySelectorAll(`.${CSS.escape(key)} button`)] : [];
    const same = found.filter((one) => one.textContent === words);
    return same.length === 1 ? same[0] : null;
  };
}

if (!document.documentElement.dataset.trimtabPresses) {
  document.documentElement.dataset.trimtabPresses = "counted";
  new Presses();
}
