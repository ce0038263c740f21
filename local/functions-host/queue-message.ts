// A storage-queue message on its way into a function: how its body is read, and what a handler sees beside it.
import type { DequeuedMessageItem } from '@azure/storage-queue';
import type { InvocationRequest, TypedData } from './core-api';
import type { QueueSettings } from './host-json';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The body's text; null where it is not in the encoding that host.json names. */
export function decodeBody(messageText: string, encoding: QueueSettings['messageEncoding']): string | null {
  if (encoding === 'none') return messageText;
  return BASE64.test(messageText) ? Buffer.from(messageText, 'base64').toString('utf8') : null;
}

/** The library parses `body` as JSON where it is JSON, and lowers the first letters of the metadata's names. */
export function toInvocationRequest(
  bindingName: string,
  body: string,
  message: DequeuedMessageItem,
): InvocationRequest {
  return {
    inputData: [{ name: bindingName, data: { string: body } }],
    triggerMetadata: {
      Id: json(message.messageId),
      DequeueCount: { int: message.dequeueCount },
      InsertionTime: json(message.insertedOn.toISOString()),
      ExpirationTime: json(message.expiresOn.toISOString()),
      NextVisibleTime: json(message.nextVisibleOn.toISOString()),
      PopReceipt: json(message.popReceipt),
    },
  };
}

function json(text: string): TypedData {
  return { json: JSON.stringify(text) };
}
