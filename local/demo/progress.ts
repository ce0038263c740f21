// How far a load is: a bar that is drawn again and again on a terminal, one line at its end elsewhere.

export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Progress {
  /** So many rows more are on their way. */
  advance(rows: number): void;
  /** CDF has them; it took so long. */
  finish(seconds: number): void;
}

const BAR_CELLS = 30;
const DRAW_EVERY_MS = 100;
const CLEAR_LINE = '\r\u001b[2K';

export function startProgress(
  name: string,
  total: number,
  output: ProgressOutput,
  now: () => number = Date.now,
): Progress {
  let sent = 0;
  let drawn = -Infinity;
  const draw = (): void => {
    if (output.isTTY !== true || (sent < total && now() - drawn < DRAW_EVERY_MS)) return;
    drawn = now();
    output.write(`${CLEAR_LINE}${barLine(name, sent, total)}`);
  };
  draw();
  return {
    advance(rows) {
      sent += rows;
      draw();
    },
    finish(seconds) {
      const line = `${label(name)} ${formatCount(total)} rows in ${seconds.toFixed(2)} s\n`;
      output.write(output.isTTY === true ? `${CLEAR_LINE}${line}` : line);
    },
  };
}

function barLine(name: string, sent: number, total: number): string {
  const cells = Math.floor((sent / total) * BAR_CELLS);
  const bar = '#'.repeat(cells) + '-'.repeat(BAR_CELLS - cells);
  const what = sent < total ? `${formatCount(sent)} of ${formatCount(total)} rows` : 'sent, CDF is writing';
  return `${label(name)} [${bar}] ${what}`;
}

function label(name: string): string {
  return `  ${name.padEnd(20)}`;
}

/** 200 000: groups of three. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ');
}
