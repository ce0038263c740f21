// Which of Table Storage's refusals are answers. It says 404 for a missing entity and for a missing table alike: the
// second is no answer, but a fault of the installation.
import { RestError } from '@azure/data-tables';

export function isEntityMissing(error: unknown): boolean {
  return error instanceof RestError && error.statusCode === 404 && codeOf(error) !== 'TableNotFound';
}

export function isEntityThere(error: unknown): boolean {
  return error instanceof RestError && error.statusCode === 409 && codeOf(error) === 'EntityAlreadyExists';
}

/** The ETag does not fit any more. */
export function isEntityChanged(error: unknown): boolean {
  return error instanceof RestError && error.statusCode === 412;
}

/** Table Storage's own error code, which the SDK leaves in the parsed body. */
function codeOf(error: RestError): string | undefined {
  const details = error.details as { odataError?: { code?: string } } | undefined;
  return details?.odataError?.code ?? error.code;
}
