// What the Functions worker gives an app under the name @azure/functions-core, as far as @azure/functions uses it:
// registrations of functions and hooks end here, and the functions host runs what was registered.
import type { Log } from '../../shared/log';

/** A value on its way between host and library, tagged by its kind as in the worker's protocol. */
export interface TypedData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
  readonly http?: HttpData;
}

export interface HttpCookie {
  readonly name?: string;
  readonly value?: string;
  readonly domain?: { readonly value?: string } | null;
  readonly path?: { readonly value?: string } | null;
  readonly expires?: { readonly value?: { readonly seconds?: number } } | null;
  readonly secure?: { readonly value?: boolean } | null;
  readonly httpOnly?: { readonly value?: boolean } | null;
  readonly sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone';
  readonly maxAge?: { readonly value?: number } | null;
}

/** A request (url, method, params) or an answer (statusCode, cookies). */
export interface HttpData {
  readonly url?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: TypedData | null;
  readonly statusCode?: string;
  readonly cookies?: readonly HttpCookie[];
}

export interface Binding {
  readonly type: string;
  readonly direction: 'in' | 'out';
  /** httpTrigger */
  readonly route?: string;
  readonly methods?: readonly string[];
  /** queueTrigger */
  readonly queueName?: string;
  readonly connection?: string;
  /** timerTrigger */
  readonly schedule?: string;
}

interface FunctionMetadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
}

type FunctionCallback = (...inputs: unknown[]) => unknown;

export interface InvocationRequest {
  readonly inputData: readonly { readonly name: string; readonly data: TypedData }[];
  readonly triggerMetadata: Readonly<Record<string, TypedData>>;
}

export interface InvocationResponse {
  readonly returnValue?: TypedData | null;
  readonly outputData?: readonly { readonly name: string; readonly data: TypedData }[];
}

export type WriteLog = (level: string, category: string, message: string) => void;

export interface CoreInvocationContext {
  readonly invocationId: string;
  readonly request: InvocationRequest;
  readonly metadata: FunctionMetadata;
  readonly log: WriteLog;
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
}

/** The library's own: turns a request into a handler's arguments, and its result into a response. */
interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

interface ProgrammingModel {
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>>;
}

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';
type HookCallback = (context: Record<string, unknown>) => unknown;

/** What an app registered while it was loaded. */
export interface Registrations {
  readonly functions: RegisteredFunction[];
  readonly hooks: Record<HookName, HookCallback[]>;
  model: ProgrammingModel | null;
}

export function createRegistrations(): Registrations {
  const hooks = { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [], log: [] };
  return { functions: [], hooks, model: null };
}

/** The newest host and worker whose interface this one follows; the library asks for a least version. */
const HOST_VERSION = '4.1040.0';
const WORKER_VERSION = '3.12.0';

class Disposable {
  constructor(private readonly callOnDispose: () => void) {}

  dispose(): void {
    this.callOnDispose();
  }
}

/** The module that the library's `require('@azure/functions-core')` gets. */
export function createCoreApi(registrations: Registrations, log: Log): Record<string, unknown> {
  const { functions, hooks } = registrations;
  return {
    version: WORKER_VERSION,
    hostVersion: HOST_VERSION,
    setProgrammingModel: (model: ProgrammingModel) => void (registrations.model = model),
    getProgrammingModel: () => registrations.model,
    registerFunction(metadata: FunctionMetadata, callback: FunctionCallback) {
      if (functions.some((other) => other.metadata.name === metadata.name))
        throw new Error(`the app registers a second function "${metadata.name}"`);
      const registered = { metadata, callback };
      functions.push(registered);
      return new Disposable(() => void functions.splice(functions.indexOf(registered), 1));
    },
    registerHook(name: string, callback: HookCallback) {
      if (!Object.hasOwn(hooks, name)) throw new RangeError(`Unrecognized hook "${name}"`);
      const list = hooks[name as HookName];
      list.push(callback);
      return new Disposable(() => void list.splice(list.indexOf(callback), 1));
    },
    log: writeTo(log),
    Disposable,
  };
}

/** Log levels of the library, as ours; what is below information is not shown, as in the host's default. */
export function writeTo(log: Log, functionName?: string): WriteLog {
  const fields = functionName === undefined ? {} : { function: functionName };
  return (level, _category, message) => {
    if (level === 'critical' || level === 'error') log.error(message, fields);
    else if (level === 'warning') log.warn(message, fields);
    else if (level === 'information') log.info(message, fields);
  };
}
