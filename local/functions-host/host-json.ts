// host.json, read as the Functions host reads it: what is left out has the host's own default.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface QueueSettings {
  /** Messages fetched by one call; at most 32. */
  readonly batchSize: number;
  /** Fetch again when no more than so many messages are being run. */
  readonly newBatchThreshold: number;
  /** Deliveries of a message before it is put aside. */
  readonly maxDequeueCount: number;
  /** How long a failed message stays away. */
  readonly visibilityTimeoutMs: number;
  /** The longest pause between two looks at an empty queue. */
  readonly maxPollingIntervalMs: number;
  readonly messageEncoding: 'base64' | 'none';
}

export interface HostSettings {
  /** Before each route, without slashes around it. */
  readonly routePrefix: string;
  readonly functionTimeoutMs: number;
  readonly queues: QueueSettings;
}

const DEFAULT_BATCH_SIZE = 16;
const MAX_BATCH_SIZE = 32;
const MIN_POLLING_INTERVAL_MS = 100;

/** Throws where the file is missing or a value has a form that the host refuses. */
export function readHostJson(appDirectory: string): HostSettings {
  const host = JSON.parse(readFileSync(join(appDirectory, 'host.json'), 'utf8')) as Section;
  const extensions = section(host, 'extensions');
  return {
    routePrefix: text(section(extensions, 'http'), 'routePrefix', 'api').replace(/^\/+|\/+$/g, ''),
    functionTimeoutMs: functionTimeout(host),
    queues: readQueues(section(extensions, 'queues')),
  };
}

function readQueues(queues: Section): QueueSettings {
  const batchSize = wholeNumber(queues, 'batchSize', DEFAULT_BATCH_SIZE);
  if (batchSize < 1 || batchSize > MAX_BATCH_SIZE) throw wrong('batchSize', `1 to ${MAX_BATCH_SIZE}`);
  const messageEncoding = text(queues, 'messageEncoding', 'base64');
  if (messageEncoding !== 'base64' && messageEncoding !== 'none')
    throw wrong('messageEncoding', '"base64" or "none"');
  return {
    batchSize,
    newBatchThreshold: wholeNumber(queues, 'newBatchThreshold', Math.floor(batchSize / 2)),
    maxDequeueCount: Math.max(1, wholeNumber(queues, 'maxDequeueCount', 5)),
    visibilityTimeoutMs: timeSpan(queues, 'visibilityTimeout', '00:00:00'),
    maxPollingIntervalMs: Math.max(
      MIN_POLLING_INTERVAL_MS,
      timeSpan(queues, 'maxPollingInterval', '00:00:02'),
    ),
    messageEncoding,
  };
}

/** The longest time a timer of Node.js can be set to: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** "-1" is the host's word for no limit. */
function functionTimeout(host: Section): number {
  if (host['functionTimeout'] === '-1') return MAX_TIMER_MS;
  return Math.min(MAX_TIMER_MS, timeSpan(host, 'functionTimeout', '00:30:00'));
}

type Section = Readonly<Record<string, unknown>>;

function section(parent: Section, name: string): Section {
  const value = parent[name] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong(name, 'an object');
  return value as Section;
}

function text(parent: Section, name: string, otherwise: string): string {
  const value = parent[name] ?? otherwise;
  if (typeof value !== 'string') throw wrong(name, 'a text');
  return value;
}

function wholeNumber(parent: Section, name: string, otherwise: number): number {
  const value = parent[name] ?? otherwise;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw wrong(name, 'a whole number');
  return value;
}

const TIME_SPAN = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d{1,7})?)$/;

/** "hh:mm:ss", with days before and a fraction behind where needed; milliseconds. */
function timeSpan(parent: Section, name: string, otherwise: string): number {
  const [match, days = '0', hours = '0', minutes = '0', seconds = '0'] =
    TIME_SPAN.exec(text(parent, name, otherwise)) ?? [];
  if (match === undefined) throw wrong(name, 'a time span like "00:00:30"');
  const wholeMinutes = (Number(days) * 24 + Number(hours)) * 60 + Number(minutes);
  return Math.round((wholeMinutes * 60 + Number(seconds)) * 1000);
}

function wrong(name: string, expected: string): Error {
  return new Error(`host.json: ${name} must be ${expected}`);
}
