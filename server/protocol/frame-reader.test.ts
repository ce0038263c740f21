import fc from 'fast-check';
import { PostgresError } from '../postgres-error';
import { FrameReader, MAX_STARTUP_BYTES } from './frame-reader';

interface Message {
  readonly type: number;
  readonly payload: Buffer;
}

const message = fc.record({
  type: fc.integer({ min: 1, max: 255 }),
  payload: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
});

function encode({ type, payload }: Message): Buffer {
  const head = Buffer.alloc(5);
  head[0] = type;
  head.writeInt32BE(payload.length + 4, 1);
  return Buffer.concat([head, payload]);
}

/** Cuts at the given places, modulo what there is. */
function cut(stream: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (stream.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((start, i) => Buffer.from(stream.subarray(start, at[i] ?? stream.length)));
}

function readAll(reader: FrameReader): Message[] {
  const messages: Message[] = [];
  for (let frame = reader.read(); frame !== null; frame = reader.read())
    messages.push({ type: frame.type, payload: Buffer.from(frame.buffer.subarray(frame.start, frame.end)) });
  return messages;
}

describe('FrameReader', () => {
  it('gives the same messages however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.nat()), fc.boolean(), (messages, places, eager) => {
        const reader = new FrameReader();
        const read: Message[] = [];

        for (const chunk of cut(Buffer.concat(messages.map(encode)), places)) {
          reader.push(chunk);
          if (eager) read.push(...readAll(reader));
        }
        read.push(...readAll(reader));

        expect(read).toEqual(messages);
        expect(reader.hasRest).toBe(false);
      }),
    );
  });

  it('gives messages or a PostgresError for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat()), (bytes, places) => {
        const reader = new FrameReader(64);
        try {
          for (const chunk of cut(Buffer.from(bytes), places)) {
            reader.push(chunk);
            readAll(reader);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(PostgresError);
        }
      }),
    );
  });

  it('does not copy a message that lies in one chunk', () => {
    const chunk = encode({ type: 0x51, payload: Buffer.from('select 1\0') });
    const reader = new FrameReader();

    reader.push(chunk);

    expect(reader.read()?.buffer).toBe(chunk);
  });

  it('never writes again to the bytes of a message that it has given', () => {
    const reader = new FrameReader();
    const stream = Buffer.concat(['a'.repeat(50), 'b'.repeat(50)].map((text) => encode(copyData(text))));
    const kept: Buffer[] = [];

    for (const chunk of cut(stream, [20, 70, 100])) {
      reader.push(chunk);
      for (let frame = reader.read(); frame !== null; frame = reader.read())
        kept.push(frame.buffer.subarray(frame.start, frame.end));
    }

    expect(kept.map(String)).toEqual(['a'.repeat(50), 'b'.repeat(50)]);
  });

  it('puts a large message together from small chunks', () => {
    const reader = new FrameReader();
    const payload = Buffer.alloc(1_000_000, 'sluice');
    const stream = encode({ type: 0x64, payload });

    for (let at = 0; at < stream.length; at += 1500) {
      expect(reader.read()).toBeNull();
      reader.push(stream.subarray(at, at + 1500));
    }

    const frame = reader.read();
    expect(frame?.buffer.subarray(frame.start, frame.end).equals(payload)).toBe(true);
  });

  it.each([-1, 0, 3, 0x40000000, 0x7fffffff])('refuses a length field of %i as fatal', (length) => {
    const head = Buffer.alloc(5, 'Q');
    head.writeInt32BE(length, 1);
    const reader = new FrameReader();
    reader.push(head);

    const refused = caught(() => reader.read());

    expect(refused).toMatchObject({ code: '08P01', message: 'invalid message length', severity: 'FATAL' });
  });

  it('takes a message at the limit and throws away one above it, once, as it comes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (places) => {
        const reader = new FrameReader(100);
        const stream = Buffer.concat([
          encode(copyData('x'.repeat(100))),
          encode({ type: 0x42, payload: Buffer.alloc(101) }),
          encode(copyData('next')),
        ]);
        const seen: string[] = [];

        for (const chunk of cut(stream, places)) {
          reader.push(chunk);
          collect(reader, seen);
        }

        expect(seen).toEqual(['x'.repeat(100), '54000 ERROR for B', 'next']);
      }),
    );
  });

  it('hands over what it has not read', () => {
    const reader = new FrameReader();
    const stream = Buffer.concat([encode(copyData('one')), encode(copyData('two'))]);
    reader.push(stream.subarray(0, 11));
    reader.read();
    reader.read();
    reader.push(stream.subarray(11));

    const rest = reader.takeRest();

    expect(rest.equals(encode(copyData('two')))).toBe(true);
    expect(reader.hasRest).toBe(false);
  });

  it.each([7, MAX_STARTUP_BYTES + 1, -5])('refuses a startup packet of %i bytes', (length) => {
    const head = Buffer.alloc(8);
    head.writeInt32BE(length);
    const reader = new FrameReader();
    reader.push(head);

    expect(caught(() => reader.readStartup()).message).toBe('invalid length of startup packet');
  });

  it('reads a startup packet and then messages from the same stream', () => {
    const startup = Buffer.alloc(MAX_STARTUP_BYTES, 1);
    startup.writeInt32BE(MAX_STARTUP_BYTES);
    const reader = new FrameReader();
    reader.push(Buffer.concat([startup, encode(copyData('after'))]));

    expect(reader.readStartup()).toMatchObject({ frameStart: 0, start: 4, end: MAX_STARTUP_BYTES });
    expect(readAll(reader).map(({ payload }) => payload.toString())).toEqual(['after']);
  });
});

function copyData(text: string): Message {
  return { type: 0x64, payload: Buffer.from(text) };
}

function collect(reader: FrameReader, seen: string[]): void {
  for (;;) {
    try {
      const frame = reader.read();
      if (frame === null) return;
      seen.push(frame.buffer.toString('utf8', frame.start, frame.end));
    } catch (error) {
      const refused = error as PostgresError;
      seen.push(`${refused.code} ${refused.severity} for ${String.fromCharCode(reader.oversizedType)}`);
    }
  }
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
