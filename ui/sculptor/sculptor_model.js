// The sculptor's arithmetic: shares, presets, height axes and how numbers are written. Nothing here touches the page.

const total = (values) => values.reduce((sum, value) => sum + value, 0);
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** Share as text: "24.1 %", "8.0 %", "1.05 %", "0.60 %", "0.012 %". */
function percent(share) {
  return `${percentNumber(share).replace(/^(\d\.\d)0$/, (all, short) => (share >= 0.00995 ? short : all))} %`;
}

/** The number in a column, where equal lengths count: "24.1", "8.00", "1.05", "0.60", "0.012". */
function percentNumber(share) {
  const value = share * 100;
  if (value <= 0) return "0";
  if (value >= 9.995) return value.toFixed(1);
  if (value >= 0.0995) return value.toFixed(2);
  return String(Number(value.toPrecision(2)));
}

/** The number as it is typed: up to six digits, no trailing zeros. */
const percentExact = (share) => String(Number((share * 100).toPrecision(6)));

/** What a person typed, as a share; null when it is no number between 0 and 100. A comma may be the decimal sign. */
function parsePercent(text) {
  const value = Number(text.replace("%", "").replace(",", ".").trim() || NaN);
  return Number.isFinite(value) && value >= 0 && value <= 100 ? value / 100 : null;
}

/** The running total: the share of all bars up to one, itself included. */
const upTo = (shares, bin) => Math.min(1, total(shares.slice(0, bin + 1)));

const rowsText = (rows) => `${Math.round(rows).toLocaleString("en-US")} ${Math.round(rows) === 1 ? "row" : "rows"}`;

const UNLOCKED = new Set();

/** The share that bars which are not locked have together. */
const roomOf = (base, locks) => 1 - total([...locks].map((bin) => base[bin]));

/**
 * Shares after some bins were set. Locked bins stay exactly as they are, set ones keep their value, and the others share
 * what is left in proportion, as long as it fits in 100 %; a stroke that paints more than there is room for is scaled
 * back with everything that is not locked, and a single bar takes the room there is.
 * Null when nothing would be left to draw from.
 */
function withShares(base, edits, real, locks = UNLOCKED) {
  const room = roomOf(base, locks);
  const set = new Map([...edits].filter(([bin]) => !locks.has(bin)));
  if (set.size === 1) for (const [bin, share] of set) set.set(bin, Math.min(share, room));
  const loose = base.map((_, bin) => bin).filter((bin) => !locks.has(bin));
  const free = loose.filter((bin) => !set.has(bin));
  const raw = base.map((share, bin) => set.get(bin) ?? share);
  const painted = total([...set.values()]);
  if (painted > room || free.length === 0) return scaled(raw, base, locks);
  // The free bins are all empty: there is no proportion to keep, so the real one decides, then evenness.
  const weights = [base, real, base.map(() => 1)].find((values) => total(free.map((bin) => values[bin])) > 0);
  const scale = (room - painted) / total(free.map((bin) => weights[bin]));
  return raw.map((share, bin) => (set.has(bin) || locks.has(bin) ? share : weights[bin] * scale));
}

/** Weights as shares, in the room that locked bins leave; null when they come to nothing there. */
function scaled(weights, base, locks = UNLOCKED) {
  const sum = total(weights.filter((_, bin) => !locks.has(bin)));
  const room = Math.max(0, roomOf(base, locks));
  return sum > 0 ? weights.map((weight, bin) => (locks.has(bin) ? base[bin] : (weight / sum) * room)) : null;
}

const PRESETS = {
  match: { label: "Match real", hint: "The shares of the real data" },
  flatten: { label: "Flatten", hint: "Halfway to equal shares" },
  tail: { label: "Boost tail", hint: "The rarest bins, together at most 10 % of the real rows, become three times as frequent" },
  uniform: { label: "Uniform", hint: "The same share for every bin with real rows" },
  smooth: { label: "Smooth", hint: "Every bin drawn towards its neighbours" },
};

/** The shares a preset gives. Uniform and flatten put nothing where the real data has nothing; locked bins stay. */
function preset(name, shares, real, ungrounded, locks = UNLOCKED) {
  const grounded = ungrounded.every(Boolean) ? ungrounded.map(() => true) : ungrounded.map((empty) => !empty);
  const even = grounded.map((is) => (is ? 1 / total(grounded.map(Number)) : 0));
  const results = {
    match: () => real,
    uniform: () => even,
    flatten: () => shares.map((share, bin) => (share + even[bin]) / 2),
    tail: () => shares.map((share, bin) => (rareBins(real).has(bin) ? 3 * share : share)),
    smooth: () => shares.map((share, bin) => (2 * share + (shares[bin - 1] ?? share) + (shares[bin + 1] ?? share)) / 4),
  };
  // Where a preset leaves nothing in the bins that are free, they share their room evenly.
  return scaled(results[name](), shares, locks) ?? scaled(even, shares, locks) ?? shares;
}

/** The bins that make up the rarest tenth of the real rows; at least the rarest one that occurs. */
function rareBins(real) {
  const order = real.map((_, bin) => bin).filter((bin) => real[bin] > 0).sort((a, b) => real[a] - real[b]);
  let mass = 0;
  return new Set(order.filter((bin, rank) => (mass += real[bin]) <= 0.1 || rank === 0));
}

/** One key press: a relative step; from nothing, a step up begins at a tenth of a percent. */
function nudged(share, factor) {
  return clamp(share === 0 && factor > 1 ? 0.001 : share * factor, 0, 1);
}

/** Three significant digits are what a pointer can mean. */
const rounded = (share) => Number(share.toPrecision(3));

const NICE = [1, 2, 2.5, 5, 10];

function niceCeiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return NICE.find((step) => step * power >= value * (1 - 1e-9)) * power;
}

/**
 * A height axis over all drawn shares: ticks (shares), `fraction` (share to 0..1 of the height) and its inverse.
 * A logarithmic axis has no 0: that stands below the floor, apart from it.
 */
function heightAxis(kind, shares) {
  return kind === "log" ? logAxis(shares.filter((share) => share > 0)) : linearAxis(Math.max(...shares, 1e-6));
}

function linearAxis(largest) {
  const step = niceCeiling((largest * 1.08) / 5);
  const top = Math.min(1, Math.ceil((largest * 1.08) / step - 1e-9) * step);
  const count = Math.round(top / step);
  return {
    ticks: Array.from({ length: count + 1 }, (_, tick) => Math.min(top, tick * step)),
    fraction: (share) => clamp(share / top, 0, 1),
    share: (fraction) => clamp(fraction * top, 0, 1), // above the drawing the scale goes on
  };
}

const BELOW = 0.06; // part of the height between 0 and the floor of a logarithmic axis

function logAxis(positive) {
  const smallest = Math.max(1e-6, Math.min(0.1, ...positive) / 1.6);
  const power = Math.floor(Math.log10(smallest) + 1e-9);
  const floor = Math.max(1e-6, (smallest >= 3 * 10 ** power ? 3 : 1) * 10 ** power);
  const decades = -Math.log10(floor);
  const ticks = [];
  for (let exponent = Math.floor(Math.log10(floor) + 1e-9); exponent <= 0; exponent += 1) {
    for (const step of decades > 4 ? [1] : [1, 3]) {
      const tick = Number((step * 10 ** exponent).toPrecision(1));
      if (tick >= floor * (1 - 1e-9) && tick <= 1) ticks.push(tick);
    }
  }
  const above = (share) => BELOW + (1 - BELOW) * clamp(1 + Math.log10(share) / decades, 0, 1);
  return {
    ticks: [0, ...ticks],
    fraction: (share) => (share <= 0 ? 0 : above(share)),
    share: (fraction) =>
      fraction < BELOW / 2 ? 0 : 10 ** ((clamp((fraction - BELOW) / (1 - BELOW), 0, 1) - 1) * decades),
  };
}

const tickText = (share) => `${Number((share * 100).toPrecision(3))} %`;
