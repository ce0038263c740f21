import { createMemoryGauge } from './ports';

describe('the memory gauge', () => {
  it('asks for memory back only of whoever holds more than a share, where all hold too much', () => {
    const gauge = createMemoryGauge(100);
    const [large, small] = [{}, {}];
    expect(gauge.hold(large, 90)).toBe(false);
    expect(gauge.hold(small, 20)).toBe(false);
    expect(gauge.hold(large, 90)).toBe(true);
    gauge.release(small);
    expect(gauge.hold(large, 90)).toBe(false);
  });
});
