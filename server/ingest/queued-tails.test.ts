import type { PlannedBatch } from './commit-unit';
import { LaneTails } from './lane-tails';
import { tailsOfQueued } from './queued-tails';

/** Batches 1, 2, 3 ... of unit `u`, each with its predecessors and whether it was queued. */
function batches(
  ...parts: readonly (readonly [after: readonly string[], isQueued: boolean])[]
): PlannedBatch[] {
  return parts.map(([after, isQueued], i) => {
    return { number: i + 1, after, isSent: isQueued, isQueued, staged: null };
  });
}

describe('the tails after a hand-over that broke off', () => {
  it('are the last batches that were queued, for every lane', () => {
    const unit = batches([[], true], [[], true], [['u/1'], true], [['u/3'], false]);

    const tails = tailsOfQueued('u', unit, new LaneTails());

    expect(tails.follow(0, 'next')).toEqual(['u/2', 'u/3']);
    expect(tails.follow(1, 'other')).toEqual(['u/2', 'u/3']);
  });

  it('are those from before where nothing was queued', () => {
    const tails = tailsOfQueued('u', batches([['old/1'], false]), LaneTails.joined(['old/1']));

    expect(tails.all).toEqual(['old/1']);
  });

  it('keep those from before that nothing queued follows', () => {
    const before = LaneTails.joined(['old/1', 'old/2']);

    expect(tailsOfQueued('u', batches([['old/1'], true]), before).all).toEqual(['old/2', 'u/1']);
  });

  it('are without a batch whose predecessor never came into the queue', () => {
    const unit = batches([[], true], [[], false], [['u/2'], true], [['u/1', 'u/3'], true]);

    expect(tailsOfQueued('u', unit, new LaneTails()).all).toEqual(['u/1']);
  });
});
