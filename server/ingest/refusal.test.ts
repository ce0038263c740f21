import type { Outcome, RowError } from '../../shared/outcome';
import { readOutcomes, refusal } from './refusal';

function rowError(row: number, key: string | null = `k${row}`): RowError {
  return { row, key, code: '23503', message: `refused ${row}` };
}

function outcome(number: number, written: number, errors: readonly RowError[] = []): Outcome {
  return { unit: 'u', number, written, refused: errors.length, errors };
}

describe('what CDF made of a unit', () => {
  it('is summed up over its batches, rows in order', () => {
    const result = readOutcomes([outcome(1, 5, [rowError(7)]), outcome(2, 3, [rowError(2, null)])], [1]);

    expect(result).toMatchObject({ written: 8, refused: 2 });
    expect(result.lines).toEqual(['row 2: refused 2', 'row 7 (k7): refused 7']);
  });

  it('says of which statement a row is where there are several', () => {
    const { lines } = readOutcomes([outcome(1, 0, [rowError(1), rowError(3), rowError(9)])], [1, 3, 4]);

    expect(lines).toEqual([
      'statement 1, row 1 (k1): refused 1',
      'statement 2, row 1 (k3): refused 3',
      'statement 3, row 6 (k9): refused 9',
    ]);
  });

  it('throws where a whole batch failed, with the advice of write-batch', () => {
    const failure = { code: '42501', message: 'permission denied', hint: 'Add it.' };

    expect(() => readOutcomes([outcome(1, 4), { ...outcome(2, 0), failure }], [1])).toThrow(
      expect.objectContaining({
        code: '42501',
        message: 'permission denied',
        details: { detail: '4 rows were written, the others were not.', hint: 'Add it.' },
      }) as Error,
    );
  });
});

describe('the refusal of a unit', () => {
  it('is the sentence about the row where it is the only one', () => {
    const error = refusal(readOutcomes([outcome(1, 9, [rowError(4)])], [1]), 10);

    expect(error).toMatchObject({
      code: '23503',
      message: 'refused 4',
      details: { detail: 'row 4 (k4): refused 4' },
    });
    expect(error.details.hint).toContain('9 of 10 rows were written');
  });

  it('counts rows and lists the first 20', () => {
    const errors = Array.from({ length: 30 }, (_, i) => rowError(i + 1));

    const error = refusal(readOutcomes([outcome(1, 70, errors)], [1]), 100);

    expect(error.message).toBe('CDF refused 30 of 100 rows, the first: refused 1');
    expect(error.details.detail?.split('\n')).toHaveLength(21);
    expect(error.details.detail).toMatch(/\n\.\.\. and 10 more\.$/);
  });

  it('counts also rows that the outcome does not list', () => {
    const result = readOutcomes([{ ...outcome(1, 0), refused: 5 }], [1]);

    expect(refusal(result, 5)).toMatchObject({ code: '22000', message: 'CDF refused 5 of 5 rows' });
  });
});
