// What the store of definitions refuses, as answers.
import {
  OwnTableExistsError,
  OwnTableMissingError,
  OwnTablesChangedError,
  TooManyOwnTablesError,
} from '../../shared/azure/own-table-store';
import { MAX_OWN_TABLES } from '../../shared/own-table';
import { HttpError } from '../http';

/** How an API names a table in its lists. */
export type Reference = (name: string) => object;

/** For `catch`: throws HttpError 400 or 409, or what it was given. */
export function refused(reference: Reference): (error: unknown) => never {
  return (error) => {
    if (error instanceof OwnTableExistsError)
      throw existing(
        error.tables.map(({ name }) => name),
        reference,
      );
    if (error instanceof OwnTableMissingError)
      throw unknown(
        error.tables.map(({ name }) => name),
        reference,
      );
    if (error instanceof TooManyOwnTablesError)
      throw new HttpError(400, `A user has at most ${MAX_OWN_TABLES} tables.`);
    if (error instanceof OwnTablesChangedError)
      throw new HttpError(409, "The user's tables were changed by someone else meanwhile. Try again.");
    throw error;
  };
}

export function existing(names: readonly string[], reference: Reference): HttpError {
  return new HttpError(400, 'Tables already exist', { duplicated: names.map(reference) });
}

export function unknown(names: readonly string[], reference: Reference): HttpError {
  return new HttpError(400, 'Tables not found', { missing: names.map(reference) });
}

/** Throws HttpError 400 where a name comes twice in one request. */
export function checkDistinct(names: readonly string[], reference: Reference): void {
  const twice = names.filter((name, i) => names.indexOf(name) < i);
  if (twice.length > 0)
    throw new HttpError(400, 'Tables come twice in the request', {
      duplicated: [...new Set(twice)].map(reference),
    });
}
