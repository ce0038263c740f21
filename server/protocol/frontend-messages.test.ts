import fc from 'fast-check';
import { serialize } from 'pg-protocol';
import { PostgresError } from '../postgres-error';
import { BindView, NULL_PARAMETER } from './bind-view';
import {
  encodeBind,
  encodeCancelRequest,
  encodeClose,
  encodeDescribe,
  encodeExecute,
} from './engine-messages';
import { encodeCopyFail, encodeFlush, encodeParse, encodeQuery, encodeStartup } from './engine-messages';
import { encodeSync, encodeTerminate } from './engine-messages';
import { type Frame, FrameReader, messageBytes } from './frame-reader';
import * as messages from './frontend-messages';
import { decodeStartupPacket } from './startup-packets';

const name = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\0', ''));
const oid = fc.integer({ min: 1, max: 0x7fffffff });

function frameOf(bytes: Buffer): Frame {
  const reader = new FrameReader();
  reader.push(bytes);
  return reader.read()!;
}

function startupOf(bytes: Buffer): Frame {
  const reader = new FrameReader();
  reader.push(bytes);
  return reader.readStartup()!;
}

function message(type: string, payload: Buffer): Frame {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(payload.length + 4, 1);
  return frameOf(Buffer.concat([head, payload]));
}

function parametersOf(view: BindView): (string | null)[] {
  return Array.from({ length: view.parameterCount }, (_, i) =>
    view.starts[i] === NULL_PARAMETER ? null : view.buffer.toString('utf8', view.starts[i], view.ends[i]),
  );
}

describe('frontend messages, as pg-protocol writes them', () => {
  it('reads Query', () => {
    fc.assert(
      fc.property(name, (text) => {
        const bytes = serialize.query(text);
        const query = messages.decodeQuery(frameOf(bytes));

        expect(query.buffer.toString('utf8', query.start, query.end)).toBe(text);
        expect(encodeQuery(text).equals(bytes)).toBe(true);
      }),
    );
  });

  it('reads Parse', () => {
    fc.assert(
      fc.property(name, name, fc.array(oid, { maxLength: 40 }), (statement, text, types) => {
        const bytes = serialize.parse({ name: statement, text, types });
        const parse = messages.decodeParse(frameOf(bytes));

        expect(parse.statement).toBe(statement);
        expect(parse.query.buffer.toString('utf8', parse.query.start, parse.query.end)).toBe(text);
        expect([...parse.oids]).toEqual(types);
        expect(encodeParse(statement, text, types).equals(bytes)).toBe(true);
      }),
    );
  });

  it('reads Bind into one view again and again', () => {
    const view = new BindView();
    const value = fc.option(fc.oneof(name, name.map(Buffer.from)));

    fc.assert(
      fc.property(
        name,
        name,
        fc.array(value, { maxLength: 40 }),
        fc.boolean(),
        (portal, statement, values, binary) => {
          view.read(frameOf(serialize.bind({ portal, statement, values, binary })));

          expect([view.portal, view.statement]).toEqual([portal, statement]);
          expect(parametersOf(view)).toEqual(values.map((given) => given?.toString() ?? null));
          expect([...view.formats.subarray(0, view.parameterCount)]).toEqual(
            values.map((given) => (Buffer.isBuffer(given) ? 1 : 0)),
          );
          expect([...view.resultFormats.subarray(0, view.resultFormatCount)]).toEqual([binary ? 1 : 0]);
        },
      ),
    );
  });

  it('takes 65 535 parameters', () => {
    const view = new BindView();

    view.read(
      frameOf(
        encodeBind(
          '',
          '',
          Array.from({ length: 65_535 }, (_, i) => String(i)),
        ),
      ),
    );

    expect(view.parameterCount).toBe(65_535);
    expect(view.buffer.toString('utf8', view.starts[65_534], view.ends[65_534])).toBe('65534');
  });

  it.each(['S', 'P'] as const)('reads Describe and Close of %s', (type) => {
    fc.assert(
      fc.property(name, (text) => {
        const describe = serialize.describe({ type, name: text });
        const close = serialize.close({ type, name: text });

        expect(messages.decodeDescribe(frameOf(describe))).toEqual({ kind: type, name: text });
        expect(messages.decodeClose(frameOf(close))).toEqual({ kind: type, name: text });
        expect(encodeDescribe(type, text).equals(describe)).toBe(true);
        expect(encodeClose(type, text).equals(close)).toBe(true);
      }),
    );
  });

  it('reads Execute', () => {
    fc.assert(
      fc.property(name, fc.nat(), (portal, rows) => {
        const bytes = serialize.execute({ portal, rows });

        expect(messages.decodeExecute(frameOf(bytes))).toEqual({ portal, maxRows: rows });
        expect(encodeExecute(portal, rows).equals(bytes)).toBe(true);
      }),
    );
  });

  it('reads CopyData, CopyFail and the messages without payload', () => {
    const copyData = frameOf(serialize.copyData(Buffer.from('1\tone\n')));

    expect(copyData.buffer.toString('utf8', copyData.start, copyData.end)).toBe('1\tone\n');
    expect(messages.decodeCopyFail(frameOf(serialize.copyFail('given up')))).toBe('given up');
    expect(encodeCopyFail('given up').equals(serialize.copyFail('given up'))).toBe(true);
    expect(encodeSync().equals(serialize.sync())).toBe(true);
    expect(encodeFlush().equals(serialize.flush())).toBe(true);
    expect(encodeTerminate().equals(serialize.end())).toBe(true);
    expect(frameOf(serialize.copyDone()).type).toBe(messages.FRONTEND.CopyDone);
  });

  it('reads the two steps of SASL', () => {
    const initial = serialize.sendSASLInitialResponseMessage('SCRAM-SHA-256', 'n,,n=*,r=abc');
    const final = serialize.sendSCRAMClientFinalMessage('c=biws,r=abc,p=x');

    expect(messages.decodeSaslInitialResponse(frameOf(initial))).toEqual({
      mechanism: 'SCRAM-SHA-256',
      response: 'n,,n=*,r=abc',
    });
    expect(messages.decodeSaslResponse(frameOf(final))).toBe('c=biws,r=abc,p=x');
  });

  it('keeps the bytes of a message for sending it on', () => {
    const bytes = serialize.query('select 1');

    expect(messageBytes(frameOf(Buffer.concat([bytes, bytes]))).equals(bytes)).toBe(true);
  });
});

describe('startup packets', () => {
  it('reads StartupMessage and leaves options of the protocol apart', () => {
    const parameters = { user: 'ada', database: 'ada', '_pq_.command_tag_format': 'x', options: '-c a=b' };

    const packet = decodeStartupPacket(startupOf(encodeStartup(Object.entries(parameters))));

    expect(packet).toEqual({
      type: 'StartupMessage',
      minor: 0,
      parameters: new Map([
        ['user', 'ada'],
        ['database', 'ada'],
        ['options', '-c a=b'],
      ]),
      protocolOptions: ['_pq_.command_tag_format'],
    });
  });

  it('reads what pg-protocol sends', () => {
    const startup = decodeStartupPacket(startupOf(serialize.startup({ user: 'ada', database: 'd' })));

    expect(startup).toMatchObject({ type: 'StartupMessage', minor: 0 });
    expect(decodeStartupPacket(startupOf(serialize.requestSsl()))).toMatchObject({ type: 'SSLRequest' });
    expect(decodeStartupPacket(startupOf(serialize.cancel(7, 9)))).toEqual({
      type: 'CancelRequest',
      processId: 7,
      secretKey: Buffer.from([0, 0, 0, 9]),
    });
  });

  it('reads a cancel key of 3.2 with its full length', () => {
    const key = Buffer.alloc(32, 7);

    const packet = decodeStartupPacket(startupOf(encodeCancelRequest(1, key)));

    expect(packet).toEqual({ type: 'CancelRequest', processId: 1, secretKey: key });
  });

  it.each([
    [2, 0, '0A000', 'unsupported frontend protocol 2.0: server supports 3.0 to 3.2'],
    [4, 0, '0A000', 'unsupported frontend protocol 4.0: server supports 3.0 to 3.2'],
  ])('refuses version %i.%i', (major, minor, code, text) => {
    const bytes = encodeStartup([['user', 'ada']]);
    bytes.writeUInt16BE(major, 4);
    bytes.writeUInt16BE(minor, 6);

    const refused = caught(() => decodeStartupPacket(startupOf(bytes)));

    expect(refused).toMatchObject({ code, message: text, severity: 'FATAL' });
  });

  it.each(['user\0ada\0', 'user\0ada\0x', 'user\0ada', '\0user\0\0', 'user\0'])(
    'refuses the layout %j',
    (body) => {
      const bytes = Buffer.concat([Buffer.alloc(8), Buffer.from(body)]);
      bytes.writeInt32BE(bytes.length);
      bytes.writeInt32BE(3 << 16, 4);

      expect(caught(() => decodeStartupPacket(startupOf(bytes)))).toMatchObject({
        code: '08P01',
        severity: 'FATAL',
      });
    },
  );
});

describe('malformed messages', () => {
  const bind = (...parts: (string | number)[]) =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : int16(part))));

  it.each<[string, string, string]>([
    ['Q', 'no end', 'invalid string in message'],
    ['Q', 'a\0b\0', 'invalid message format'],
    ['Q', '', 'invalid string in message'],
    ['P', 's\0select 1', 'invalid string in message'],
    ['P', 's\0select 1\0\0', 'insufficient data left in message'],
    ['P', 's\0select 1\0\xff\xff', 'insufficient data left in message'],
    ['P', 's\0select 1\0\0\0x', 'invalid message format'],
    ['D', '', 'no data left in message'],
    ['D', 'Xname\0', 'invalid DESCRIBE message subtype 88'],
    ['C', 'Xname\0', 'invalid CLOSE message subtype 88'],
    ['C', 'Sname\0more', 'invalid message format'],
    ['E', '\0\0\0', 'insufficient data left in message'],
    ['f', 'reason', 'invalid string in message'],
    ['p', 'SCRAM-SHA-256\0\0\0\0\x09n,,', 'insufficient data left in message'],
  ])('says what PostgreSQL says of %s %j', (type, payload, text) => {
    const refused = caught(() => decodeAny(message(type, Buffer.from(payload, 'latin1'))));

    expect(refused).toMatchObject({ code: '08P01', message: text, severity: 'ERROR' });
  });

  it.each<[Buffer, string, string]>([
    [bind('\0\0', 2, 0, 0, 1, -1, -1, 0), '08P01', 'bind message has 2 parameter formats but 1 parameters'],
    [bind('\0\0', 1, 2, 0, 0), '22023', 'unsupported format code: 2'],
    [bind('\0\0', 1, -1, 0, 0), '22023', 'unsupported format code: -1'],
    [bind('\0\0', 0, -1), '08P01', 'insufficient data left in message'],
    [bind('\0\0', 0, 1, 0, 5, 'four', 0), '08P01', 'insufficient data left in message'],
    [bind('\0\0', 0, 1, -1, -2, 0), '08P01', 'insufficient data left in message'],
    [bind('\0\0', 0, 0, 1), '08P01', 'insufficient data left in message'],
    [bind('\0\0', 0, 0, 0, 0), '08P01', 'invalid message format'],
    [bind('\0name'), '08P01', 'invalid string in message'],
  ])('says what PostgreSQL says of Bind %#', (payload, code, text) => {
    const refused = caught(() => new BindView().read(message('B', payload)));

    expect(refused).toMatchObject({ code, message: text });
  });

  it('refuses a name that is not UTF-8, and takes one that holds the replacement character', () => {
    const bad = Buffer.from('S\xff\0', 'latin1');

    expect(caught(() => messages.decodeClose(message('C', bad)))).toMatchObject({ code: '22021' });
    expect(messages.decodeClose(message('C', Buffer.from('S\ufffd\0'))).name).toBe('\ufffd');
  });

  it('makes an unknown type fatal', () => {
    expect(messages.invalidMessageType(33)).toMatchObject({
      message: 'invalid frontend message type 33',
      severity: 'FATAL',
    });
  });

  it('decodes or throws PostgresError for any payload', () => {
    const type = fc.constantFrom('Q', 'P', 'B', 'D', 'C', 'E', 'f', 'p');
    const tail = Buffer.from('\0\0\0\0 the next message');

    fc.assert(
      fc.property(type, fc.uint8Array({ maxLength: 60 }), (letter, payload) => {
        const frame = message(letter, Buffer.from(payload));
        const inStream = { ...frame, buffer: Buffer.concat([frame.buffer, tail]) };
        try {
          decodeAny(inStream);
        } catch (error) {
          expect(error).toBeInstanceOf(PostgresError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('decodes or throws PostgresError for any startup packet', () => {
    fc.assert(
      fc.property(fc.integer(), fc.uint8Array({ maxLength: 60 }), fc.boolean(), (code, rest, known) => {
        const bytes = Buffer.concat([Buffer.alloc(8), rest]);
        bytes.writeInt32BE(bytes.length);
        bytes.writeInt32BE(known ? (3 << 16) | (code & 3) : code, 4);
        try {
          decodeStartupPacket(startupOf(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(PostgresError);
        }
      }),
    );
  });
});

function decodeAny(frame: Frame): unknown {
  const decoders: Record<string, (frame: Frame) => unknown> = {
    Q: messages.decodeQuery,
    P: messages.decodeParse,
    B: (bind) => new BindView().read(bind),
    D: messages.decodeDescribe,
    C: messages.decodeClose,
    E: messages.decodeExecute,
    f: messages.decodeCopyFail,
    p: messages.decodeSaslInitialResponse,
  };
  return decoders[String.fromCharCode(frame.type)]!(frame);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value & 0xffff);
  return bytes;
}

function caught(run: () => unknown): PostgresError {
  try {
    run();
  } catch (error) {
    if (error instanceof PostgresError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
