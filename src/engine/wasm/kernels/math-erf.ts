import { high, narrow } from "./lanes";
import { madd64, pair } from "./math-f64";

/** erf on float64 pairs: a polynomial in x² below 2, one in |x| - 3 from 2 to 4, ±1 beyond. */
function erfPair(x: v128): v128 {
  const a = f64x2.pmin(f64x2.abs(x), pair(4));
  const z = f64x2.mul(a, a);
  let p = pair(-2.1053065623979104e-10);
  p = madd64(p, z, pair(7.235105557134702e-9));
  p = madd64(p, z, pair(-1.255650326429844e-7));
  p = madd64(p, z, pair(1.51537992105103e-6));
  p = madd64(p, z, pair(-1.4617245606167522e-5));
  p = madd64(p, z, pair(0.0001200574346902562));
  p = madd64(p, z, pair(-0.0008543003590190016));
  p = madd64(p, z, pair(0.005223611854710287));
  p = madd64(p, z, pair(-0.026866021318280794));
  p = madd64(p, z, pair(0.11283788503991157));
  p = madd64(p, z, pair(-0.376126386388953));
  p = madd64(p, z, pair(1.1283791670588466));
  const t = f64x2.sub(a, pair(3));
  let q = pair(-9.620902801502717e-6);
  q = madd64(q, t, pair(2.214484322134148e-5));
  q = madd64(q, t, pair(1.2318377509731967e-5));
  q = madd64(q, t, pair(-0.0001411915330975581));
  q = madd64(q, t, pair(0.00039145763601131735));
  q = madd64(q, t, pair(-0.0007349403191278725));
  q = madd64(q, t, pair(0.00101633220203245));
  q = madd64(q, t, pair(-0.001045097117304732));
  q = madd64(q, t, pair(0.000789119366109961));
  q = madd64(q, t, pair(-0.0004177003606971577));
  q = madd64(q, t, pair(0.0001392527908782909));
  q = madd64(q, t, pair(0.9999779086894597));
  q = f64x2.pmin(q, pair(1));
  const y = v128.bitselect(f64x2.mul(p, a), q, f64x2.lt(a, pair(2)));
  return v128.or(y, v128.and(x, pair(-0.0)));
}

export function erf4(x: v128): v128 {
  const y = narrow(erfPair(f64x2.promote_low_f32x4(x)), erfPair(f64x2.promote_low_f32x4(high(x))));
  return v128.or(y, f32x4.ne(x, x));
}
