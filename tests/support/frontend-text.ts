// A client's messages as lines of text, for transcripts: `Parse name=s1 types=20,25 SELECT $1`. Escapes in texts and
// values: \n \r \t \\ and \xHH for any byte.
import { ByteWriter } from '../../server/protocol/byte-writer';
import * as encode from '../../server/protocol/engine-messages';
import { FRONTEND } from '../../server/protocol/frontend-messages';

type Options = ReadonlyMap<string, string>;

interface Arguments {
  readonly options: Options;
  /** What follows the options. */
  readonly rest: string;
}

const OPTION = /^(name|types|portal|statement|formats|results|rows)=(\S*)\s*/;
const VALUE = /"((?:[^"\\]|\\.)*)"|\S+/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

const MESSAGES: Readonly<Record<string, (given: Arguments) => Buffer>> = {
  Query: ({ rest }) => encode.encodeQuery(bytesOf(rest)),
  Parse: ({ options, rest }) =>
    encode.encodeParse(options.get('name') ?? '', bytesOf(rest), numbers(options.get('types'))),
  Bind: encodeBind,
  Describe: ({ rest }) => encode.encodeDescribe(...named(rest)),
  Execute: ({ options }) =>
    encode.encodeExecute(options.get('portal') ?? '', Number(options.get('rows') ?? 0)),
  Close: ({ rest }) => encode.encodeClose(...named(rest)),
  Sync: () => encode.encodeSync(),
  Flush: () => encode.encodeFlush(),
  CopyData: ({ rest }) => message(FRONTEND.CopyData, bytesOf(rest)),
  CopyDone: () => message(FRONTEND.CopyDone),
  CopyFail: ({ rest }) => encode.encodeCopyFail(rest),
  Terminate: () => encode.encodeTerminate(),
  /** A type and a payload, whatever they say; the length is right. */
  Message: ({ rest }) => message(rest.charCodeAt(0), bytesOf(rest.slice(2))),
  /** Anything: a length that is wrong, half a message. */
  Bytes: ({ rest }) => bytesOf(rest),
};

/** The bytes of the message that a line describes. */
export function encodeFrontend(line: string): Buffer {
  const [name = '', ...words] = line.split(' ');
  const encodeMessage = MESSAGES[name];
  if (encodeMessage === undefined) throw new Error(`no message is called ${name}`);
  return encodeMessage(splitOptions(words.join(' ')));
}

function splitOptions(text: string): Arguments {
  const options = new Map<string, string>();
  let rest = text;
  for (let match = OPTION.exec(rest); match !== null; match = OPTION.exec(rest)) {
    options.set(match[1]!, match[2]!);
    rest = rest.slice(match[0].length);
  }
  return { options, rest };
}

function encodeBind({ options, rest }: Arguments): Buffer {
  const writer = new ByteWriter();
  writer
    .begin(FRONTEND.Bind)
    .string(options.get('portal') ?? '')
    .string(options.get('statement') ?? '');
  writeNumbers(writer, options.get('formats'));
  const values = rest.match(VALUE) ?? [];
  writer.int16(values.length);
  for (const value of values) writer.sized(value === 'NULL' ? null : bytesOf(unquoted(value)));
  writeNumbers(writer, options.get('results'));
  writer.end();
  return writer.take();
}

function writeNumbers(writer: ByteWriter, list: string | undefined): void {
  const codes = numbers(list);
  writer.int16(codes.length);
  for (const code of codes) writer.int16(code);
}

function numbers(list: string | undefined): number[] {
  return list === undefined ? [] : list.split(',').map(Number);
}

function named(text: string): ['S' | 'P', string] {
  const [kind, name = ''] = text.split(' ');
  return [kind === 'portal' ? 'P' : 'S', name];
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1) : value;
}

function message(type: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const writer = new ByteWriter();
  writer.begin(type).bytes(payload).end();
  return writer.take();
}

function bytesOf(text: string): Buffer {
  const parts = text.split(/(\\x[0-9a-f]{2}|\\.)/i).map((part) => {
    if (/^\\x..$/.test(part)) return Buffer.from(part.slice(2), 'hex');
    return Buffer.from(part.startsWith('\\') ? (ESCAPES[part[1]!] ?? part.slice(1)) : part);
  });
  return Buffer.concat(parts);
}
