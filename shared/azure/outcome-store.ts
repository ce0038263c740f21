// Outcomes in Table Storage: write-batch records one a batch, the session reads those of its unit with one query.
import type { TableClient } from '@azure/data-tables';
import { odata } from '@azure/data-tables';
import type { BatchFailure, Outcome, RowError } from '../outcome';
import { isEntityMissing, isEntityThere } from './storage-errors';

export interface OutcomeStore {
  /** Records it once: false where the batch has an outcome already, which stays. */
  record(outcome: Outcome): Promise<boolean>;
  find(unit: string, number: number): Promise<Outcome | null>;
  /** In the order of their numbers, from `fromNumber` (1) on. */
  ofUnit(unit: string, fromNumber?: number): Promise<Outcome[]>;
}

/** A string property holds 64 KiB of UTF-16. */
const MAX_PROPERTY_CHARACTERS = 32 * 1024;
/** An entity holds 1 MiB; half of it is for the errors. */
const MAX_ERROR_PROPERTIES = 8;

/** Numbers are compared as text there. */
const NUMBER_DIGITS = 10;

interface Entity {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly written: number;
  readonly refused: number;
  readonly failure?: string;
  /** `errors0`, `errors1` ...: the pieces of one JSON text. */
  readonly [errors: `errors${number}`]: string;
}

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
        return toOutcome(await table.getEntity<Entity>(unit, rowKey(number)));
      } catch (error) {
        if (isEntityMissing(error)) return null;
        throw error;
      }
    },
    ofUnit: async (unit, fromNumber = 1) => {
      const filter = odata`PartitionKey eq ${unit} and RowKey ge ${rowKey(fromNumber)}`;
      const outcomes: Outcome[] = [];
      for await (const entity of table.listEntities<Entity>({ queryOptions: { filter } }))
        outcomes.push(toOutcome(entity));
      return outcomes;
    },
  };
}

function rowKey(number: number): string {
  return String(number).padStart(NUMBER_DIGITS, '0');
}

function toEntity({ unit, number, written, refused, errors, failure }: Outcome): Entity {
  const entity = { partitionKey: unit, rowKey: rowKey(number), written, refused, ...errorProperties(errors) };
  return failure === undefined ? entity : { ...entity, failure: JSON.stringify(failure) };
}

/** Leaves out the last errors where they do not fit: `refused` counts them all the same. */
function errorProperties(errors: readonly RowError[]): Record<`errors${number}`, string> {
  const fitting = [...errors];
  let text = JSON.stringify(fitting);
  while (text.length > MAX_ERROR_PROPERTIES * MAX_PROPERTY_CHARACTERS) {
    fitting.length = Math.floor(fitting.length / 2);
    text = JSON.stringify(fitting);
  }
  const pieces: Record<`errors${number}`, string> = {};
  for (let at = 0, i = 0; at < text.length; at += MAX_PROPERTY_CHARACTERS, i++)
    pieces[`errors${i}`] = text.slice(at, at + MAX_PROPERTY_CHARACTERS);
  return pieces;
}

function toOutcome(entity: Entity): Outcome {
  let text = '';
  for (let i = 0; entity[`errors${i}`] !== undefined; i++) text += entity[`errors${i}`];
  const { partitionKey: unit, rowKey: number, written, refused, failure } = entity;
  const errors = JSON.parse(text) as RowError[];
  const outcome = { unit, number: Number(number), written, refused, errors };
  return failure === undefined ? outcome : { ...outcome, failure: JSON.parse(failure) as BatchFailure };
}
