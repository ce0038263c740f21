// Outcomes in Table Storage: write-batch records one a batch, the session reads those of its unit with one query.
import type { TableClient } from '@azure/data-tables';
import { odata } from '@azure/data-tables';
import type { BatchFailure, Outcome, RowError } from '../outcome';
import { decodeAffected, encodeAffected } from './affected-rows';
import { isEntityMissing, isEntityThere } from './storage-errors';

export interface OutcomeStore {
  /** Records it once: false where the batch has an outcome already, which stays. */
  record(outcome: Outcome): Promise<boolean>;
  find(unit: string, number: number): Promise<Outcome | null>;
  /** Forgets it, so that the batch can be written again. Also where there is none. */
  remove(unit: string, number: number): Promise<void>;
  /** In the order of their numbers, from `fromNumber` (1) on. */
  ofUnit(unit: string, fromNumber?: number): Promise<Outcome[]>;
}

/** A string property holds 64 KiB of UTF-16; Azurite counts UTF-8, of which a character takes three bytes at the most. */
const MAX_PROPERTY_CHARACTERS = 21 * 1024;
/** An entity holds 1 MiB; half of it is for the errors. Affected rows of a full batch (10 000) take 0.35 MiB at the most. */
const MAX_ERROR_PROPERTIES = 12;

/** Numbers are compared as text there. */
const NUMBER_DIGITS = 10;

interface Entity {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly written: number;
  readonly refused: number;
  readonly failure?: string;
  readonly rejectedBlob?: string;
  /** `errors0`, `errors1` ...: the pieces of one JSON text. */
  readonly [errors: `errors${number}`]: string;
  /** `affected0`, `affected1` ...: the pieces of one text (affected-rows.ts); none where there is none. */
  readonly [affected: `affected${number}`]: string;
}

/** With what Table Storage adds. */
type FoundEntity = Entity & { readonly timestamp?: string };

export function createOutcomeStore(table: TableClient): OutcomeStore {
  return {
    record: async (outcome) => {
      try {
        await table.createEntity(toEntity(outcome));
        return true;
      } catch (error) {
        if (isEntityThere(error)) return false;
        throw error;
      }
    },
    find: async (unit, number) => {
      try {
        return toOutcome(await table.getEntity<FoundEntity>(unit, rowKey(number)));
      } catch (error) {
        if (isEntityMissing(error)) return null;
        throw error;
      }
    },
    remove: async (unit, number) => {
      await table.deleteEntity(unit, rowKey(number)).catch((error: unknown) => {
        if (!isEntityMissing(error)) throw error;
      });
    },
    ofUnit: async (unit, fromNumber = 1) => {
      const filter = odata`PartitionKey eq ${unit} and RowKey ge ${rowKey(fromNumber)}`;
      const outcomes: Outcome[] = [];
      for await (const entity of table.listEntities<FoundEntity>({ queryOptions: { filter } }))
        outcomes.push(toOutcome(entity));
      return outcomes;
    },
  };
}

function rowKey(number: number): string {
  return String(number).padStart(NUMBER_DIGITS, '0');
}

function toEntity(outcome: Outcome): Entity {
  const { unit, number, written, refused, errors, affected, failure, rejectedBlob } = outcome;
  return {
    ...{ partitionKey: unit, rowKey: rowKey(number), written, refused },
    ...pieces('errors', errorsText(errors)),
    ...(affected === undefined ? {} : pieces('affected', encodeAffected(affected))),
    ...(failure === undefined ? {} : { failure: JSON.stringify(failure) }),
    ...(rejectedBlob === undefined ? {} : { rejectedBlob }),
  };
}

/** Leaves out the last errors where they do not fit: `refused` counts them all the same. */
function errorsText(errors: readonly RowError[]): string {
  const fitting = [...errors];
  let text = JSON.stringify(fitting);
  while (text.length > MAX_ERROR_PROPERTIES * MAX_PROPERTY_CHARACTERS) {
    fitting.length = Math.floor(fitting.length / 2);
    text = JSON.stringify(fitting);
  }
  return text;
}

type Piece = 'errors' | 'affected';

/** A text cut into properties: at least one, so that an empty text is not none. */
function pieces(name: Piece, text: string): Record<`${Piece}${number}`, string> {
  const cut: Record<`${Piece}${number}`, string> = { [`${name}0` as const]: '' };
  for (let at = 0, i = 0; at < text.length; i++) {
    const end = endOfPiece(text, at);
    cut[`${name}${i}`] = text.slice(at, end);
    at = end;
  }
  return cut;
}

/** Not between the two halves of a character: a property would come back with U+FFFD in their place. */
function endOfPiece(text: string, at: number): number {
  const end = at + MAX_PROPERTY_CHARACTERS;
  const last = end < text.length ? text.charCodeAt(end - 1) : 0;
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

/** undefined where there is no piece. */
function joined(entity: Entity, name: Piece): string | undefined {
  let text = entity[`${name}0`];
  for (let i = 1, piece = entity[`${name}1`]; piece !== undefined; piece = entity[`${name}${++i}`])
    text += piece;
  return text;
}

function toOutcome(entity: FoundEntity): Outcome {
  const { partitionKey: unit, rowKey: number, written, refused, failure, rejectedBlob, timestamp } = entity;
  const affected = joined(entity, 'affected');
  return {
    ...{ unit, number: Number(number), written, refused },
    errors: JSON.parse(joined(entity, 'errors') ?? '[]') as RowError[],
    ...(affected === undefined ? {} : { affected: decodeAffected(affected) }),
    ...(failure === undefined ? {} : { failure: JSON.parse(failure) as BatchFailure }),
    ...(rejectedBlob === undefined ? {} : { rejectedBlob }),
    ...(timestamp === undefined ? {} : { recordedTime: Date.parse(timestamp) }),
  };
}
