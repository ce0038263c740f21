// Asks a person at the terminal: on stderr, so that what is asked for is alone on stdout; secrets without echo.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CommandError } from './command-line';

export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WritableStream;
}

/** Rejects with CommandError where nobody sits there, or the input ends. */
export type Ask = (question: string, isSecret: boolean) => Promise<string>;

export function createAsk({ input, output }: Terminal): Ask {
  return async (question, isSecret) => {
    if (!input.isTTY)
      throw new CommandError(`"${question}" is not given, and there is no terminal to ask at.`);
    output.write(`${question}: `);
    const answer = await readLine(input, isSecret ? nowhere() : output);
    if (isSecret) output.write('\n');
    return answer.trim();
  };
}

function readLine(input: NodeJS.ReadStream, echo: NodeJS.WritableStream): Promise<string> {
  // `terminal`: readline itself echoes, to where it is told.
  const lines = createInterface({ input, output: echo, terminal: true });
  return new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('SIGINT', () => lines.close());
    lines.once('close', () => reject(new CommandError('Cancelled.')));
  }).finally(() => lines.close());
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
