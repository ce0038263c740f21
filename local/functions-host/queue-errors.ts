// The few answers of a storage queue that are no faults for who polls it.
import { RestError } from '@azure/storage-queue';

export function isMissingQueue(error: unknown): boolean {
  return codeOf(error) === 'QueueNotFound';
}

/** The message was settled by another, or its pop receipt is an old one. */
export function isLostLease(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'MessageNotFound' || code === 'PopReceiptMismatch';
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof RestError)) return undefined;
  return error.code ?? (error.details as { errorCode?: string } | undefined)?.errorCode;
}
