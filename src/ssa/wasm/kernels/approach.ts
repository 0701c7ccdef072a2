// Does a relative path come within a radius of the origin? Between two nodes the path is the quintic through both
// positions, velocities and accelerations, as a Bézier curve: it stays inside the hull of its six control points.
// Halves whose hull keeps clear are dropped; a point inside the radius is a hit.

/** Bytes of one curve: six points of three float64. */
const CURVE: usize = 144;
const DEPTH: i32 = 30;

// @ts-ignore: decorator
@inline
function at(p: usize, i: i32): f64 {
  return load<f64>(p + (<usize>i << 3));
}

/** Whether a plane at the curve's chord keeps all control points farther than `radius` from the origin. */
// @ts-ignore: decorator
@inline
function clear(p: usize, radius: f64): bool {
  const x = at(p, 0), y = at(p, 1), z = at(p, 2);
  const dx = at(p, 15) - x, dy = at(p, 16) - y, dz = at(p, 17) - z;
  const dd = dx * dx + dy * dy + dz * dz;
  let tau = dd > 0 ? -(x * dx + y * dy + z * dz) / dd : 0;
  tau = max(0, min(1, tau));
  const ux = x + tau * dx, uy = y + tau * dy, uz = z + tau * dz;
  const bound = radius * sqrt(ux * ux + uy * uy + uz * uz);
  for (let i = 0; i < 18; i += 3) {
    if (at(p, i) * ux + at(p, i + 1) * uy + at(p, i + 2) * uz <= bound) return false;
  }
  return true;
}

/**
 * Whether the path from node `a` to node `b`, `h` seconds apart, comes within `radius`. A node is position, velocity
 * and acceleration, 9 float64; `work` has room for DEPTH + 2 curves.
 */
export function hits(a: usize, b: usize, h: f64, radius: f64, work: usize): bool {
  const h5 = h * 0.2, h20 = h * h * 0.05;
  for (let i = 0; i < 3; i++) {
    const r0 = at(a, i), v0 = at(a, i + 3), a0 = at(a, i + 6);
    const r1 = at(b, i), v1 = at(b, i + 3), a1 = at(b, i + 6);
    const q = work + (<usize>i << 3);
    store<f64>(q, r0);
    store<f64>(q, r0 + h5 * v0, 24);
    store<f64>(q, r0 + 2 * h5 * v0 + h20 * a0, 48);
    store<f64>(q, r1 - 2 * h5 * v1 + h20 * a1, 72);
    store<f64>(q, r1 - h5 * v1, 96);
    store<f64>(q, r1, 120);
  }
  let top = work;
  const limit = work + CURVE * <usize>DEPTH;
  while (top >= work) {
    if (clear(top, radius) || top >= limit) {
      top -= CURVE;
      continue;
    }
    // De Casteljau at the middle: the second half stays in place, the first goes on top.
    const next = top + CURVE;
    for (let i: usize = 0; i < 24; i += 8) {
      const p = top + i, q = next + i;
      let b0 = load<f64>(p), b1 = load<f64>(p, 24), b2 = load<f64>(p, 48);
      let b3 = load<f64>(p, 72), b4 = load<f64>(p, 96);
      const b5 = load<f64>(p, 120);
      store<f64>(q, b0);
      b0 = (b0 + b1) * 0.5; b1 = (b1 + b2) * 0.5; b2 = (b2 + b3) * 0.5; b3 = (b3 + b4) * 0.5; b4 = (b4 + b5) * 0.5;
      store<f64>(q, b0, 24); store<f64>(p, b4, 96);
      b0 = (b0 + b1) * 0.5; b1 = (b1 + b2) * 0.5; b2 = (b2 + b3) * 0.5; b3 = (b3 + b4) * 0.5;
      store<f64>(q, b0, 48); store<f64>(p, b3, 72);
      b0 = (b0 + b1) * 0.5; b1 = (b1 + b2) * 0.5; b2 = (b2 + b3) * 0.5;
      store<f64>(q, b0, 72); store<f64>(p, b2, 48);
      b0 = (b0 + b1) * 0.5; b1 = (b1 + b2) * 0.5;
      store<f64>(q, b0, 96); store<f64>(p, b1, 24);
      b0 = (b0 + b1) * 0.5;
      store<f64>(q, b0, 120); store<f64>(p, b0);
    }
    const x = at(top, 0), y = at(top, 1), z = at(top, 2);
    if (x * x + y * y + z * z < radius * radius) return true;
    top = next;
  }
  return false;
}
