// What the pictures of pairs share: SVG elements, names that fit, and shades of the real data.

/** An SVG element with attributes; children are elements, or one text that is always text. */
function shape(name, attributes = {}, children = []) {
  const node = document.createElementNS(SVG, name);
  set(node, attributes);
  if (typeof children === "string") node.textContent = children;
  else node.append(...children);
  return node;
}

function set(node, attributes) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
}

/** A text of at most `most` letters; the whole of it is told elsewhere. */
function fitting(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** A name of at most `most` letters; it keeps both its ends, since factors often begin alike. */
function shortName(name, most) {
  const kept = Math.floor((most - 1) / 2);
  return name.length > most ? `${name.slice(0, most - 1 - kept)}…${name.slice(-kept)}` : name;
}

/** How dark a value from 0 to 1 is drawn, in percent: small ones can still be told from none, the more so the lower the
    `power`. */
function shade(value, power = 0.5) {
  return value > 0 ? Math.round(4 + 82 * Math.min(1, value) ** power) : 0;
}

/** As in the app: "24.1 %", "8.0 %", "0.60 %", "0.012 %". */
function percentText(share) {
  const value = share * 100;
  if (value < 1e-7) return "0 %";
  if (value >= 9.995) return `${value.toFixed(1)} %`;
  if (value >= 0.995) return `${value.toFixed(2).replace(/0$/, "")} %`;
  return `${value >= 0.0995 ? value.toFixed(2) : Number(value.toPrecision(2))} %`;
}
