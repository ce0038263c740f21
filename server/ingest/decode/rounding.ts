// Rounding as C's rint does it, and so PostgreSQL: a half goes to the even neighbour.

export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
