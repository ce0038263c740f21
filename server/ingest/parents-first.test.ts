import fc from 'fast-check';
import { parentsFirst } from './parents-first';

/** `parents[row]`: the key of the row's parent; keys are the rows' own numbers unless given. */
function order(parents: readonly number[], keys: readonly number[] = parents.map((_, row) => row)): number[] {
  return parentsFirst(
    [...parents.keys()],
    (row) => keys[row]!,
    (row) => parents[row]!,
  );
}

describe('parents first', () => {
  it('leaves rows without parents as they are', () => {
    expect(order([-1, -1, -1])).toEqual([0, 1, 2]);
  });

  it('puts a chain that came leaf by leaf upside down', () => {
    expect(order([1, 2, -1])).toEqual([2, 1, 0]);
  });

  it('does not mind a parent that is not among the rows, nor a row without a key', () => {
    expect(order([7, -1, 0], [0, -1, 2])).toEqual([0, 1, 2]);
  });

  it('keeps every row of a circle', () => {
    expect(order([1, 0, 2]).sort()).toEqual([0, 1, 2]);
  });

  it('takes a chain of 100 000 without recursion', () => {
    const parents = Array.from({ length: 100_000 }, (_, row) => (row === 99_999 ? -1 : row + 1));

    expect(order(parents)[0]).toBe(99_999);
  });

  it('puts every parent of a forest before its children, and keeps each row once', () => {
    const forest = fc.array(fc.tuple(fc.nat(), fc.integer()), { maxLength: 60 }).map((nodes) => {
      // A parent is one of the rows before, or none; then the rows are shuffled by their second number.
      const shuffled = nodes.map(([, weight], i) => [weight, i] as const).sort(([a], [b]) => a - b);
      const keys = shuffled.map(([, i]) => i);
      const parents = keys.map((i) => (i === 0 || nodes[i]![0] % 3 === 0 ? -1 : nodes[i]![0] % i));
      return { keys, parents };
    });
    fc.assert(
      fc.property(forest, ({ keys, parents }) => {
        const place = new Map(order(parents, keys).map((row, at) => [keys[row]!, at]));

        expect(place.size).toBe(keys.length);
        parents.forEach((parent, row) => {
          if (parent >= 0) expect(place.get(parent)!).toBeLessThan(place.get(keys[row]!)!);
        });
      }),
    );
  });
});
