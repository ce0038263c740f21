// The functions host: everything that an app registered, running. HTTP functions are served, queues are polled.
import { QueueClient } from '@azure/storage-queue';
import type { Log } from '../../shared/log';
import type { Binding, RegisteredFunction, Registrations } from './core-api';
import type { HostSettings } from './host-json';
import { createRoutes } from './http-routes';
import { serveHttp } from './http-server';
import { createInvoke, type Invoke } from './invocation';
import { listenToQueue, type QueueListener } from './queue-listener';
import { toInvocationRequest } from './queue-message';
import { startTimer, type Timer } from './timer';

export interface HostOptions {
  readonly registrations: Registrations;
  readonly settings: HostSettings;
  /** Holds the connection strings that triggers name. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly port: number;
  readonly leaseMs: number;
  readonly log: Log;
}

export interface Host {
  readonly baseUrl: string;
  /** Takes in nothing more; what runs has `graceMs` to end. */
  stop(graceMs: number): Promise<void>;
}

const SERVED_TRIGGERS = ['httpTrigger', 'queueTrigger', 'timerTrigger'];

/** Rejects where the app needs what this host does not have: another kind of trigger, a missing connection. */
export async function startHost(options: HostOptions): Promise<Host> {
  const { registrations, settings, port, log } = options;
  const { functions, hooks, model } = registrations;
  checkTriggers(functions);
  await refuseHttpStream(model);
  for (const hook of hooks.appStart) await hook({ hookData: {}, appHookData: {} });
  const invoke = createInvoke(registrations, settings.functionTimeoutMs, log);
  const queueTriggers = triggersOf(functions, 'queueTrigger').map((trigger) => connect(trigger, options));
  const http = await serveHttp({ port, routes: createRoutes(functions, settings.routePrefix), invoke, log });
  const listeners = queueTriggers.map((trigger) => listen(trigger, invoke, options));
  const timers = triggersOf(functions, 'timerTrigger').map((trigger) => schedule(trigger, invoke, log));
  return {
    baseUrl: http.baseUrl,
    async stop(graceMs) {
      for (const timer of timers) timer.stop();
      await Promise.all([http.close(graceMs), ...listeners.map((listener) => listener.stop(graceMs))]);
      for (const hook of hooks.appTerminate) await hook({ hookData: {}, appHookData: {} });
    },
  };
}

interface Trigger {
  readonly target: RegisteredFunction;
  readonly bindingName: string;
  readonly binding: Binding;
}

function triggersOf(functions: readonly RegisteredFunction[], type: string): Trigger[] {
  return functions.flatMap((target) =>
    Object.entries(target.metadata.bindings)
      .filter(([, binding]) => binding.type === type)
      .map(([bindingName, binding]) => ({ target, bindingName, binding })),
  );
}

function checkTriggers(functions: readonly RegisteredFunction[]): void {
  for (const { metadata } of functions) {
    const types = Object.values(metadata.bindings).map(({ type }) => type);
    if (!types.some((type) => SERVED_TRIGGERS.includes(type)))
      throw new Error(
        `function "${metadata.name}" has no trigger that this host serves: ${types.join(', ')}`,
      );
  }
}

/** With HTTP streams a request does not go through the invocation, but to a second server of the library's. */
async function refuseHttpStream(model: Registrations['model']): Promise<void> {
  const { HttpUri: httpUri } = (await model?.getCapabilities({})) ?? {};
  if (httpUri !== undefined) throw new Error('app.setup({ enableHttpStream }) is not served by this host');
}

function schedule({ target, bindingName, binding }: Trigger, invoke: Invoke, log: Log): Timer {
  const data = { name: bindingName, data: { json: '{}' } };
  return startTimer(
    binding.schedule ?? '',
    () => invoke(target, { inputData: [data], triggerMetadata: {} }),
    log,
  );
}

interface ConnectedTrigger extends Trigger {
  readonly queue: QueueClient;
  readonly poisonQueue: QueueClient | null;
}

/** The host's name of the connection that a trigger has where it names none. */
const DEFAULT_CONNECTION = 'AzureWebJobsStorage';
const POISON_SUFFIX = '-poison';

function connect(trigger: Trigger, { environment }: HostOptions): ConnectedTrigger {
  const { queueName = '', connection = DEFAULT_CONNECTION } = trigger.binding;
  const connectionString = environment[connection] ?? '';
  if (connectionString === '')
    throw new Error(`${connection} is not set: connection of the queue of "${trigger.target.metadata.name}"`);
  const name = queueName.replace(/%([^%]+)%/g, (_match, setting: string) => environment[setting] ?? '');
  return {
    ...trigger,
    queue: new QueueClient(connectionString, name),
    poisonQueue: name.endsWith(POISON_SUFFIX)
      ? null
      : new QueueClient(connectionString, name + POISON_SUFFIX),
  };
}

function listen(trigger: ConnectedTrigger, invoke: Invoke, options: HostOptions): QueueListener {
  const { target, bindingName, queue, poisonQueue } = trigger;
  const { settings, leaseMs, log } = options;
  return listenToQueue({
    queue,
    poisonQueue,
    settings: settings.queues,
    leaseMs,
    log,
    run: async (body, message) => {
      await invoke(target, toInvocationRequest(bindingName, body, message));
    },
  });
}
