// What the stand-in answers when it refuses: CDF's statuses and error bodies. Clients match on status and lists, never on text.

export interface ErrorLists {
  /** Identifiers that do not exist: [{id}], [{externalId}], [{instanceId}]; RAW: [{name}]. */
  readonly missing?: readonly object[];
  readonly duplicated?: readonly object[];
  readonly missingFields?: readonly string[];
}

export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    message: string,
    readonly lists: ErrorLists = {},
    /** Time series and RAW answer `missingFields` without the `error` around it (the specification's MissingField). */
    readonly isFlat = false,
  ) {
    super(message);
  }

  get body(): object {
    const error = { code: this.status, message: this.message, ...this.lists };
    return this.isFlat ? error : { error };
  }
}

export function badRequest(message: string, lists: ErrorLists = {}): ApiError {
  return new ApiError(400, message, lists);
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized');
}

export function forbidden(): ApiError {
  return new ApiError(403, 'Resource not found. This may also be due to insufficient access rights.');
}

export function notFound(message: string, lists: ErrorLists = {}): ApiError {
  return new ApiError(404, message, lists);
}
