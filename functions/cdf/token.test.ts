import type { Loopback, LoopbackAnswer } from '../../tests/support/loopback';
import { startLoopback } from '../../tests/support/loopback';
import type { ClientCredentials, Token } from './token';
import { createTokenCache, fetchToken, MAX_CACHED_TOKENS, TokenError } from './token';

let answer: LoopbackAnswer | null;
let endpoint: Loopback;
let received: string[];

beforeAll(async () => {
  endpoint = await startLoopback((request) => {
    received.push(request.headers['content-type'] ?? '');
    return answer;
  });
});
afterAll(() => endpoint.close());
beforeEach(() => {
  received = [];
});

function credentials(part: Partial<ClientCredentials> = {}): ClientCredentials {
  return { tokenUrl: `${endpoint.url}/token`, clientId: 'app', clientSecret: 'hush', scope: 's', ...part };
}

describe('fetchToken', () => {
  test('posts a form and reads token and lifetime', async () => {
    answer = { status: 200, body: { access_token: 'abc', expires_in: 3599, token_type: 'Bearer' } };
    const before = Date.now();

    const token = await fetchToken(credentials());

    expect(token.value).toBe('abc');
    expect(token.expiresTime - before).toBeGreaterThanOrEqual(3_599_000);
    expect(received).toEqual(['application/x-www-form-urlencoded;charset=UTF-8']);
  });

  test.each<[LoopbackAnswer | null, number | null, string]>([
    [
      { status: 401, body: { error: 'invalid_client', error_description: 'AADSTS7000215: no' } },
      401,
      'invalid_client',
    ],
    [{ status: 400, body: { error: 'invalid_scope' } }, 400, 'invalid_scope'],
    [{ status: 503, body: '<html>' }, 503, 'http_503'],
    [{ status: 200, body: { token_type: 'Bearer' } }, 200, 'invalid_response'],
    [{ status: 200, body: 'no JSON' }, 200, 'invalid_response'],
    [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }, null, 'unreachable'],
    [null, null, 'unreachable'],
  ])('an answer of %j is a TokenError', async (given, status, code) => {
    answer = given;

    await expect(fetchToken(credentials())).rejects.toMatchObject({ name: 'TokenError', status, code });
  });

  test('never repeats the secret', async () => {
    answer = { status: 401, body: { error: 'invalid_client', error_description: 'secret hush is wrong' } };

    const error: unknown = await fetchToken(credentials()).catch((thrown: unknown) => thrown);

    expect((error as Error).message).not.toContain('hush');
  });
});

describe('the token cache', () => {
  function setup() {
    const state = { now: 1_000_000, fetched: 0, failure: null as TokenError | null };
    const fetch = (): Promise<Token> => {
      state.fetched++;
      if (state.failure !== null) return Promise.reject(state.failure);
      return Promise.resolve({ value: `token ${state.fetched}`, expiresTime: state.now + 3_600_000 });
    };
    return { state, tokens: createTokenCache(fetch, () => state.now) };
  }

  test('calls at one time share one request', async () => {
    const { state, tokens } = setup();

    const values = await Promise.all([tokens(credentials()), tokens(credentials()), tokens(credentials())]);

    expect(values).toEqual(['token 1', 'token 1', 'token 1']);
    expect(state.fetched).toBe(1);
  });

  test('a token is used until a minute before it expires', async () => {
    const { state, tokens } = setup();
    await tokens(credentials());

    state.now += 3_539_999;
    expect(await tokens(credentials())).toBe('token 1');
    state.now += 1;
    expect(await tokens(credentials())).toBe('token 2');
  });

  test('clients, scopes and secrets are kept apart', async () => {
    const { state, tokens } = setup();

    for (const part of [{}, { clientId: 'b' }, { scope: 'b' }, { clientSecret: 'b' }, { tokenUrl: 'b' }])
      await tokens(credentials(part));

    expect(state.fetched).toBe(5);
  });

  test('a refused token is dropped, but not the one that came after it', async () => {
    const { tokens } = setup();
    const first = await tokens(credentials());

    tokens.drop(credentials(), first);
    const second = await tokens(credentials());
    tokens.drop(credentials(), first);

    expect([first, second, await tokens(credentials())]).toEqual(['token 1', 'token 2', 'token 2']);
  });

  test('a failure is not kept', async () => {
    const { state, tokens } = setup();
    state.failure = new TokenError(null, 'unreachable', 'no answer');
    await expect(tokens(credentials())).rejects.toBe(state.failure);
    state.failure = null;

    expect(await tokens(credentials())).toBe('token 2');
  });

  test('the longest unused token goes first', async () => {
    const { state, tokens } = setup();
    for (let i = 0; i <= MAX_CACHED_TOKENS; i++) await tokens(credentials({ clientId: `app ${i}` }));

    await tokens(credentials({ clientId: `app ${MAX_CACHED_TOKENS}` }));
    expect(state.fetched).toBe(MAX_CACHED_TOKENS + 1);
    await tokens(credentials({ clientId: 'app 0' }));
    expect(state.fetched).toBe(MAX_CACHED_TOKENS + 2);
  });
});
