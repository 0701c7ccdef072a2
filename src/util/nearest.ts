/**
 * The name among `known` that differs from `name` in the fewest letters; null when none is near. Capitals and
 * underscores do not count (`weight_decay` is `weightDecay`), two letters exchanged are one difference, and at most
 * half of the letters may differ.
 */
export function nearest(name: string, known: readonly string[]): string | null {
  const given = plain(name);
  let best: string | null = null;
  let least = Math.min(Math.max(2, Math.floor(given.length / 3)), Math.floor(given.length / 2)) + 1;
  for (const each of known) {
    const other = plain(each);
    if (Math.abs(other.length - given.length) >= least) continue;
    const distance = editDistance(given, other);
    if (distance < least) [best, least] = [each, distance];
  }
  return best;
}

function plain(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** Letters to insert, remove or replace, and neighbours to exchange. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const replaced = (row[j - 1] as number) + (same ? 0 : 1);
      let least = Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1);
      const exchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (exchanged) least = Math.min(least, (before[j - 2] as number) + 1);
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[b.length] as number;
}
