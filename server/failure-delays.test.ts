import { FailureDelays } from './failure-delays';

describe('FailureDelays', () => {
  const failing = (delays: FailureDelays, username: string, times: number) => {
    for (let i = 0; i < times; i++) delays.failed(username);
  };

  it('forgives the first two failures and forgets all after a success', () => {
    const delays = new FailureDelays(() => 0);

    failing(delays, 'ada', 1);
    expect(delays.delayMs('ada')).toBe(0);
    failing(delays, 'ada', 1);
    expect(delays.delayMs('ada')).toBe(250);
    delays.succeeded('ada');
    expect(delays.delayMs('ada')).toBe(0);
  });

  it('keeps names apart', () => {
    const delays = new FailureDelays(() => 0);

    failing(delays, 'ada', 20);

    expect(delays.delayMs('ada')).toBe(4000);
    expect(delays.delayMs('bob')).toBe(0);
  });

  it('forgets in time', () => {
    let now = 0;
    const delays = new FailureDelays(() => now);
    failing(delays, 'ada', 5);

    now = 10 * 60_000;
    expect(delays.delayMs('ada')).toBe(2000);
    now++;
    expect(delays.delayMs('ada')).toBe(0);
  });

  it('remembers ten thousand names, those that failed last', () => {
    const delays = new FailureDelays(() => 0);
    failing(delays, 'oldest', 5);
    failing(delays, 'ada', 5);

    for (let i = 0; i < 9_999; i++) delays.failed(`name ${i}`);

    expect(delays.delayMs('oldest')).toBe(0);
    expect(delays.delayMs('ada')).toBe(2000);
  });
});
