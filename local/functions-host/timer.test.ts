import { untilNext } from './timer';

const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);

test.each([
  ['03:16:59', 1_000],
  ['03:17:00', 24 * 3_600_000],
  ['03:17:01', 24 * 3_600_000 - 1_000],
  ['00:00:00', (3 * 60 + 17) * 60_000],
])('at %s a daily timer has %d ms to wait', (time, wait) => {
  expect(untilNext('0 17 3 * * *', at(time))).toBe(wait);
});

test('other schedules are refused', () => {
  expect(() => untilNext('0 */5 * * * *', 0)).toThrow('daily timers only');
});
