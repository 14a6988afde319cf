// What a stroke leaves behind: the height in each bar that the hand passed, in the drawing's own coordinates (px).

const STRAIGHT = 4; // px that a hand may stray from a straight line
const STEEP = 4; // a hand that leaves its first bar so much more upward than sideways had pulled at that bar

/** Where the line from `p` to `q` is at `x`; none if it is not there at all. */
function lineAt(p, q, x) {
  if (p.x === q.x || (p.x - x) * (q.x - x) > 0) return null;
  return { x, y: p.y + ((x - p.x) / (q.x - p.x)) * (q.y - p.y) };
}

/** Whether all points lie on the line from the first to the last. */
function isStraight(points) {
  const [p, q] = [points[0], points.at(-1)];
  const length = Math.hypot(q.x - p.x, q.y - p.y);
  const away = ({ x, y }) => Math.abs((x - p.x) * (q.y - p.y) - (y - p.y) * (q.x - p.x)) / length;
  return length === 0 || points.every((point) => away(point) <= STRAIGHT);
}

/**
 * The path of one stroke over bars. The bar under the hand is as high as the hand. Of a bar that it ran straight through,
 * the height in the middle stays, so that a line drawn from the top of one bar to the top of the next sets both; where it
 * turned inside a bar, the height where it left stays. Bars it jumped over lie on the line in between.
 */
class Trail {
  /** `left`: px where the first bar begins; `band`: px of each; `start`: {x, y} where the hand went down. */
  constructor({ left, band, bins }, start) {
    Object.assign(this, { left, band, bins, last: start, first: true });
    this.since = [start]; // the path since the middle of the bar, or since the hand went down
    this.passed = true; // whether that middle was passed
  }

  binAt(x) {
    return clamp(Math.floor((x - this.left) / this.band), 0, this.bins - 1);
  }

  middle(bin) {
    return this.left + this.band * (bin + 0.5);
  }

  /** The hand goes on to a point; gives the heights (y by bin) that this decides. */
  to(point) {
    const { last } = this;
    const [from, at] = [this.binAt(last.x), this.binAt(point.x)];
    const heights = new Map();
    if (from !== at) {
      heights.set(from, this.leaves(from, last, point));
      const step = Math.sign(at - from);
      for (let bin = from + step; bin !== at; bin += step) heights.set(bin, lineAt(last, point, this.middle(bin)).y);
      Object.assign(this, { first: false, passed: false, since: [] });
    }
    const middle = lineAt(last, point, this.middle(at));
    if (middle) Object.assign(this, { passed: true, since: [middle] });
    this.since.push(point);
    this.last = point;
    return heights.set(at, point.y);
  }

  /** The height that stays in a bar which the hand leaves on its way from `last` to `point`. */
  leaves(bin, last, point) {
    const middle = lineAt(last, point, this.middle(bin));
    if (middle) return middle.y;
    const edge = lineAt(last, point, this.middle(bin) + (Math.sign(point.x - last.x) * this.band) / 2) ?? point;
    const [begun] = this.since;
    const pulled = this.first && Math.abs(edge.y - begun.y) > STEEP * Math.abs(edge.x - begun.x);
    return this.passed && !pulled && isStraight([...this.since, edge]) ? begun.y : last.y;
  }
}

/** What one stroke paints: `edits`, the share of each bar it passed; locked bars are passed over. */
class Stroke {
  /**
   * `place`: {left, band, bins} of the drawing; `locks`: the locked bins; `shareAt`: what a height (px) means;
   * `start`: {x, y} of the hand; `grip`: px from there to the handle that it holds, 0 where it holds none.
   */
  constructor(place, locks, shareAt, start, grip = 0) {
    Object.assign(this, { locks, shareAt, start, grip, edits: new Map() });
    this.trail = new Trail(place, { x: start.x, y: start.y + grip });
    this.last = start;
  }

  /** The bar under the hand. */
  get bin() {
    return this.trail.binAt(this.last.x);
  }

  to({ x, y }) {
    if (this.trail.binAt(x) !== this.bin) this.grip = 0;
    for (const [bin, height] of this.trail.to({ x, y: y + this.grip })) {
      if (!this.locks.has(bin)) this.edits.set(bin, rounded(this.shareAt(height)));
    }
    this.last = { x, y };
  }
}
