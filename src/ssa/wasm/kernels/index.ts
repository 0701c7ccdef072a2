import { hits } from "./approach";
import { cosine, madd, pair, sincos, sine } from "./math";
import { normalA, normalB, normals } from "./philox";

export { philox } from "./philox";

// Lane 0 of every vector is object 1, lane 1 object 2. Parameters, in float64 from `p` on: six nominal elements (pairs),
// the 6×6 root of each covariance (pairs, row by row), mean motion, semi-major axis, nine components of the frame's axes
// (pairs), the hard-body radius, the number of nodes; from 112 on for each node its time twice and the nominal
// difference of eccentric and mean longitude (a pair). monte-carlo/parameters.ts writes them.
const ROOT: usize = 12 * 8;
const MOTION: usize = 84 * 8;
const AXIS: usize = 86 * 8;
const FRAME: usize = 88 * 8;
const RADIUS: usize = 106 * 8;
const NODES: usize = 107 * 8;
const TIMES: usize = 112 * 8;

// Counters at the front of `work`, then two nodes, then curves.
const NODE_A: usize = 64;
const NODE_B: usize = 160;
const CURVES: usize = 256;

// @ts-ignore: decorator
@inline
function difference(a: v128): f64 {
  return f64x2.extract_lane(a, 0) - f64x2.extract_lane(a, 1);
}

/** Row `j` of the root times the normals, plus the nominal element. */
// @ts-ignore: decorator
@inline
function element(p: usize, j: usize, z0: v128, z1: v128, z2: v128, z3: v128, z4: v128, z5: v128): v128 {
  const q = p + ROOT + j * 96;
  let e = madd(v128.load(q), z0, v128.load(p + j * 16));
  e = madd(v128.load(q, 16), z1, e);
  e = madd(v128.load(q, 32), z2, e);
  e = madd(v128.load(q, 48), z3, e);
  e = madd(v128.load(q, 64), z4, e);
  return madd(v128.load(q, 80), z5, e);
}

/**
 * Draws samples first … first + count - 1 and returns how many came within the radius; `work` gets the number that
 * did so already at the first node, and of those whose orbit is no ellipse (f64 at 0 and 8).
 */
export function sample(p: usize, work: usize, k0: u32, k1: u32, firstLo: u32, firstHi: u32, count: i32): i32 {
  const radius = load<f64>(p + RADIUS);
  const nodes = <i32>load<f64>(p + NODES);
  const one = pair(1);
  let first = (<u64>firstHi << 32) | <u64>firstLo;
  let total = 0, initial = 0, invalid = 0;
  for (let i = 0; i < count; i++, first++) {
    const lo = <u32>first, hi = <u32>(first >> 32);
    normals(lo, hi, 0, k0, k1);
    const z0 = normalA, z1 = normalB;
    normals(lo, hi, 1, k0, k1);
    const z2 = normalA, z3 = normalB;
    normals(lo, hi, 2, k0, k1);
    const z4 = normalA, z5 = normalB;
    const dn = element(p, 0, z0, z1, z2, z3, z4, z5);
    const af = element(p, 1, z0, z1, z2, z3, z4, z5);
    const ag = element(p, 2, z0, z1, z2, z3, z4, z5);
    const chi = element(p, 3, z0, z1, z2, z3, z4, z5);
    const psi = element(p, 4, z0, z1, z2, z3, z4, z5);
    const lambda = element(p, 5, z0, z1, z2, z3, z4, z5);
    const e2 = madd(af, af, f64x2.mul(ag, ag));
    if (v128.any_true(v128.or(f64x2.gt(e2, pair(0.98)), f64x2.gt(f64x2.abs(dn), pair(0.3))))) {
      invalid++;
      continue;
    }
    // a = a₀·(1 + dn)^(-2/3), by Newton from a parabola
    const ratio2 = f64x2.mul(f64x2.add(one, dn), f64x2.add(one, dn));
    let y = madd(madd(dn, pair(5.0 / 9.0), pair(-2.0 / 3.0)), dn, one);
    for (let k = 0; k < 3; k++) {
      const q = f64x2.mul(f64x2.mul(f64x2.mul(y, y), y), ratio2);
      y = f64x2.sub(y, f64x2.div(f64x2.mul(y, f64x2.sub(q, one)), f64x2.mul(pair(3), q)));
    }
    const n = f64x2.mul(v128.load(p + MOTION), f64x2.add(one, dn));
    const b = f64x2.div(one, f64x2.add(one, f64x2.sqrt(f64x2.sub(one, e2))));
    const c2 = f64x2.mul(chi, chi), p2 = f64x2.mul(psi, psi);
    const k = f64x2.div(f64x2.mul(y, v128.load(p + AXIS)), f64x2.add(one, f64x2.add(c2, p2)));
    const cross = f64x2.mul(k, f64x2.mul(pair(2), f64x2.mul(chi, psi)));
    const f0 = f64x2.mul(k, f64x2.sub(f64x2.add(one, p2), c2));
    const f2 = f64x2.mul(k, f64x2.mul(pair(-2), chi));
    const g1 = f64x2.mul(k, f64x2.sub(f64x2.add(one, c2), p2));
    const g2 = f64x2.mul(k, f64x2.mul(pair(2), psi));
    const q = p + FRAME;
    const fx = madd(f0, v128.load(q), madd(cross, v128.load(q, 48), f64x2.mul(f2, v128.load(q, 96))));
    const fy = madd(f0, v128.load(q, 16), madd(cross, v128.load(q, 64), f64x2.mul(f2, v128.load(q, 112))));
    const fz = madd(f0, v128.load(q, 32), madd(cross, v128.load(q, 80), f64x2.mul(f2, v128.load(q, 128))));
    const gx = madd(cross, v128.load(q), madd(g1, v128.load(q, 48), f64x2.mul(g2, v128.load(q, 96))));
    const gy = madd(cross, v128.load(q, 16), madd(g1, v128.load(q, 64), f64x2.mul(g2, v128.load(q, 112))));
    const gz = madd(cross, v128.load(q, 32), madd(g1, v128.load(q, 80), f64x2.mul(g2, v128.load(q, 128))));
    const u = f64x2.sub(one, f64x2.mul(f64x2.mul(ag, ag), b));
    const v = f64x2.sub(one, f64x2.mul(f64x2.mul(af, af), b));
    const w = f64x2.mul(f64x2.mul(af, ag), b);

    let before = work + NODE_A, now = work + NODE_B, timeBefore: f64 = 0;
    for (let node = 0; node < nodes; node++) {
      const at = p + TIMES + (<usize>node << 5);
      const mean = madd(n, v128.load(at), lambda);
      // Kepler's equation F + ag·cos F - af·sin F = λ, from the nominal orbit's F - λ, by Halley's steps
      let F = f64x2.add(mean, v128.load(at, 16));
      let s = pair(0), c = pair(0);
      for (let step = 0; step < 12; step++) {
        sincos(F);
        s = sine;
        c = cosine;
        const value = f64x2.sub(f64x2.sub(madd(ag, c, F), f64x2.mul(af, s)), mean);
        const slope = f64x2.sub(one, madd(ag, s, f64x2.mul(af, c)));
        const bend = f64x2.sub(f64x2.mul(af, s), f64x2.mul(ag, c));
        const newton = f64x2.div(value, slope);
        const d = f64x2.div(value, f64x2.sub(slope, f64x2.mul(f64x2.mul(pair(0.5), newton), bend)));
        F = f64x2.sub(F, d);
        if (!v128.any_true(f64x2.gt(f64x2.abs(d), pair(3e-5)))) {
          // sin and cos of F - d from those of F: d is small, the fourth power is beyond float64
          const dd = f64x2.mul(d, d);
          const cd = madd(dd, pair(-0.5), one);
          const sd = f64x2.mul(d, madd(dd, pair(-1.0 / 6.0), one));
          const turned = f64x2.sub(f64x2.mul(s, cd), f64x2.mul(c, sd));
          c = madd(c, cd, f64x2.mul(s, sd));
          s = turned;
          break;
        }
      }
      const inverse = f64x2.div(one, f64x2.sub(one, madd(af, c, f64x2.mul(ag, s))));
      const X = f64x2.sub(madd(u, c, f64x2.mul(w, s)), af);
      const Y = f64x2.sub(madd(v, s, f64x2.mul(w, c)), ag);
      const rate = f64x2.mul(n, inverse);
      const Xd = f64x2.mul(rate, f64x2.sub(f64x2.mul(w, c), f64x2.mul(u, s)));
      const Yd = f64x2.mul(rate, f64x2.sub(f64x2.mul(v, c), f64x2.mul(w, s)));
      const pull = f64x2.neg(f64x2.mul(f64x2.mul(rate, rate), inverse));
      const rx = madd(X, fx, f64x2.mul(Y, gx)), ry = madd(X, fy, f64x2.mul(Y, gy)), rz = madd(X, fz, f64x2.mul(Y, gz));
      const x = difference(rx), yy = difference(ry), z = difference(rz);
      store<f64>(now, x);
      store<f64>(now, yy, 8);
      store<f64>(now, z, 16);
      store<f64>(now, difference(madd(Xd, fx, f64x2.mul(Yd, gx))), 24);
      store<f64>(now, difference(madd(Xd, fy, f64x2.mul(Yd, gy))), 32);
      store<f64>(now, difference(madd(Xd, fz, f64x2.mul(Yd, gz))), 40);
      store<f64>(now, difference(f64x2.mul(pull, rx)), 48);
      store<f64>(now, difference(f64x2.mul(pull, ry)), 56);
      store<f64>(now, difference(f64x2.mul(pull, rz)), 64);
      const time = load<f64>(at);
      if (x * x + yy * yy + z * z < radius * radius) {
        total++;
        if (node == 0) initial++;
        break;
      }
      if (node > 0 && hits(before, now, time - timeBefore, radius, work + CURVES)) {
        total++;
        break;
      }
      const swap = before;
      before = now;
      now = swap;
      timeBefore = time;
    }
  }
  store<f64>(work, <f64>initial);
  store<f64>(work, <f64>invalid, 8);
  return total;
}
