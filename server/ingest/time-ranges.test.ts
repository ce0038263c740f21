import fc from 'fast-check';
import { TimeRanges } from './time-ranges';

it('knows whether a range meets one of those before it', () => {
  const range = fc
    .tuple(fc.nat(40), fc.integer({ min: 1, max: 10 }))
    .map(([begin, length]) => [begin, begin + length] as const);
  fc.assert(
    fc.property(fc.array(range), (ranges) => {
      const known = new TimeRanges();
      const times = new Set<number>();
      for (const [begin, end] of ranges) {
        const own = Array.from({ length: end - begin }, (_, i) => begin + i);
        expect(known.meets(begin, end)).toBe(own.some((time) => times.has(time)));
        known.add(begin, end);
        own.forEach((time) => times.add(time));
      }
    }),
  );
});
