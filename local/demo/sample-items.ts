// The demo's items: assets, time series and events, made from their number alone, so that a second run sends the same.
// They are written down as CDF's API shows them; shared/tables says which column brings which property there.
import { awkwardText } from './awkward-text';

/** Properties by CDF's names; undefined: NULL in its column. */
export interface SampleItem {
  readonly externalId: string;
  readonly [property: string]: unknown;
}

/** Every external id begins so: what CDF has under it is the demo's. */
export const PREFIX = 'demo:';

const ASSETS = 500;
const CHILDREN = 5;
/** Assets come backwards within blocks of so many: children before their parents. */
const BLOCK = 50;
const NUMERIC_SERIES = 90;
const STRING_SERIES = 10;
const EVENTS = 2_000;

const FIRST_START = Date.UTC(2024, 0, 1);
const MINUTE_MS = 60_000;

export function sampleAssets(): SampleItem[] {
  const ordered = Array.from({ length: ASSETS }, (_, i) => asset(i));
  const assets: SampleItem[] = [];
  for (let from = 0; from < ASSETS; from += BLOCK)
    assets.push(...ordered.slice(from, from + BLOCK).reverse());
  return assets;
}

/** A tree of five levels: asset 0 is the root, each has up to CHILDREN children. */
function asset(i: number): SampleItem {
  const parent = Math.floor((i - 1) / CHILDREN);
  return {
    externalId: assetKey(i),
    name: `Pump ${i}`,
    parentExternalId: i === 0 ? undefined : assetKey(parent),
    description: i % 7 === 0 ? undefined : awkwardText(i),
    metadata: { serial: `SN-${i}`, note: awkwardText(i + 1), [awkwardText(i)]: 'as a key' },
    source: 'sluice demo',
  };
}

function assetKey(i: number): string {
  return `${PREFIX}asset-${i}`;
}

export function numericSeries(): SampleItem[] {
  return Array.from({ length: NUMERIC_SERIES }, (_, i) => ({
    ...series(`${PREFIX}pressure-${i}`, i),
    isString: false,
    unit: 'bar',
  }));
}

export function stringSeries(): SampleItem[] {
  return Array.from({ length: STRING_SERIES }, (_, i) => ({
    ...series(`${PREFIX}status-${i} ${awkwardText(i)}`, i),
    isString: true,
    unit: undefined,
  }));
}

function series(externalId: string, i: number): SampleItem {
  return {
    externalId,
    name: `Series ${i}`,
    isStep: i % 2 === 0,
    description: awkwardText(i),
    metadata: { position: String(i), note: awkwardText(i + 3) },
  };
}

export function sampleEvents(): SampleItem[] {
  return Array.from({ length: EVENTS }, (_, i) => {
    const startTime = FIRST_START + i * 7 * MINUTE_MS + (i % 1000);
    return {
      externalId: `${PREFIX}event-${i} ${awkwardText(i)}`,
      startTime,
      endTime: i % 5 === 0 ? undefined : startTime + (i % 60) * MINUTE_MS,
      type: i % 3 === 0 ? 'stop' : 'work order',
      subtype: i % 4 === 0 ? undefined : `kind ${i % 10}`,
      description: awkwardText(i + 2),
      metadata: { order: String(1000 + i), note: awkwardText(i + 5) },
      source: 'sluice demo',
    };
  });
}
