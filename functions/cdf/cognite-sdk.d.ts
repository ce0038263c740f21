// The part of @cognite/sdk 10 that Sluice uses. The package's own declarations cannot be read from CommonJS under
// `module: Node16` (they are ES modules that import each other without extensions), although its code can.
declare module '@cognite/sdk' {
  interface Response {
    readonly data: unknown;
    readonly status: number;
    readonly headers: Record<string, string>;
  }

  interface RequestOptions {
    readonly headers?: Record<string, string>;
    /** A Buffer is sent as it is. */
    readonly data?: Buffer;
    readonly responseType?: 'json' | 'text';
    /** Asked after each answer, with it, whatever its status; the options' own validator is ignored by the SDK. */
    readonly retryValidator?: (request: unknown, response: Response, retries: number) => boolean;
  }

  export class CogniteClient {
    constructor(options: {
      appId: string;
      project: string;
      baseUrl: string;
      oidcTokenProvider: () => Promise<string>;
    });
    get(path: string, options: RequestOptions): Promise<Response>;
    post(path: string, options: RequestOptions): Promise<Response>;
  }
}
