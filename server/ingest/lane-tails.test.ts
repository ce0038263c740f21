import { LaneTails } from './lane-tails';
import { ALL_LANES } from './rows';

describe('the tails of lanes', () => {
  it('let a batch follow the last one of its lane only', () => {
    const tails = new LaneTails();

    expect(tails.follow(0, 'a')).toEqual([]);
    expect(tails.follow(1, 'b')).toEqual([]);
    expect(tails.follow(0, 'c')).toEqual(['a']);
    expect(tails.all).toEqual(['c', 'b']);
  });

  it('let a batch of all lanes follow all, and all follow it', () => {
    const tails = new LaneTails();
    tails.follow(0, 'a');
    tails.follow(3, 'b');

    expect(tails.follow(ALL_LANES, 'c')).toEqual(['a', 'b']);
    expect(tails.follow(2, 'd')).toEqual(['c']);
    expect(tails.all).toEqual(['c', 'd']);
  });

  it('joined, let every lane follow all of them', () => {
    const tails = new LaneTails();
    tails.follow(0, 'a');
    tails.follow(1, 'b');

    tails.join();

    expect(tails.follow(0, 'c')).toEqual(['a', 'b']);
    expect(tails.follow(3, 'd')).toEqual(['a', 'b']);
    expect(LaneTails.joined(['x', 'y']).follow(2, 'z')).toEqual(['x', 'y']);
  });

  it('do not change with their copy', () => {
    const tails = new LaneTails();
    tails.follow(0, 'a');

    tails.copy().follow(0, 'b');

    expect(tails.all).toEqual(['a']);
  });
});
