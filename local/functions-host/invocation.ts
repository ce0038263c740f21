// One run of one function, through the library's own InvocationModel: arguments, hooks, handler, response. What runs
// here is what runs in Azure; only who calls it differs.
import { randomUUID } from 'node:crypto';
import type { Log } from '../../shared/log';
import {
  writeTo,
  type CoreInvocationContext,
  type InvocationRequest,
  type InvocationResponse,
  type RegisteredFunction,
  type Registrations,
} from './core-api';

/** Rejects with what the handler throws, or with FunctionTimeoutError. */
export type Invoke = (target: RegisteredFunction, request: InvocationRequest) => Promise<InvocationResponse>;

class FunctionTimeoutError extends Error {
  override readonly name = 'FunctionTimeoutError';
}

/** `appHookData` is one for all, as the hooks of an app share it. */
export function createInvoke(registrations: Registrations, functionTimeoutMs: number, log: Log): Invoke {
  const appHookData: Record<string, unknown> = {};
  return async (target, request) => {
    const { metadata } = target;
    const invocation: CoreInvocationContext = {
      invocationId: randomUUID(),
      request,
      metadata,
      log: writeTo(log, metadata.name),
      state: undefined,
    };
    // A handler cannot be stopped from outside: past its time it counts as failed, and is left to end by itself.
    return withTimeout(run(registrations, target, invocation, appHookData), functionTimeoutMs, metadata.name);
  };
}

async function run(
  { model, hooks }: Registrations,
  target: RegisteredFunction,
  invocation: CoreInvocationContext,
  appHookData: Record<string, unknown>,
): Promise<InvocationResponse> {
  if (model === null) throw new Error('the app has set no programming model');
  const invocationModel = model.getInvocationModel(invocation);
  const { context, inputs } = await invocationModel.getArguments();
  const shared = { hookData: {}, appHookData, invocationContext: context };
  const before = { ...shared, functionCallback: target.callback, inputs };
  invocation.state = 'preInvocationHooks';
  for (const hook of hooks.preInvocation) await hook(before);
  invocation.state = 'invocation';
  const after: { result: unknown; error: unknown } & Record<string, unknown> = {
    ...shared,
    inputs: before.inputs,
    result: null,
    error: null,
  };
  try {
    after.result = await invocationModel.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error;
  }
  invocation.state = 'postInvocationHooks';
  for (const hook of hooks.postInvocation) await hook(after);
  if (after.error !== null && after.error !== undefined) throw asError(after.error);
  return invocationModel.getResponse(context, after.result);
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

async function withTimeout<T>(work: Promise<T>, limitMs: number, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    const message = `timeout of ${limitMs} ms was exceeded by function ${name}`;
    timer = setTimeout(() => reject(new FunctionTimeoutError(message)), limitMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
