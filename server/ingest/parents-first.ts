// Orders items so that a parent comes before its children (CDF resolves parentExternalId within a request or before it).

/**
 * `rows` in an order in which every row comes after the row of its parent, where that is among them. Otherwise the
 * order stays. `keyOf`/`parentOf` give numbers of keys, -1 for none. A circle stays as it came: CDF refuses it.
 */
export function parentsFirst(
  rows: readonly number[],
  keyOf: (row: number) => number,
  parentOf: (row: number) => number,
): number[] {
  const rowOfKey = new Map<number, number>();
  for (const row of rows) if (keyOf(row) >= 0) rowOfKey.set(keyOf(row), row);
  const placed = new Set<number>();
  const ordered: number[] = [];
  for (const row of rows) {
    const chain: number[] = [];
    const seen = new Set<number>();
    for (let at: number | undefined = row; at !== undefined && !placed.has(at) && !seen.has(at);) {
      seen.add(at);
      chain.push(at);
      at = parentOf(at) < 0 ? undefined : rowOfKey.get(parentOf(at));
    }
    for (const at of chain.reverse()) {
      placed.add(at);
      ordered.push(at);
    }
  }
  return ordered;
}
