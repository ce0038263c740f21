// A cookie that a function returns, as the text of a Set-Cookie header.
import type { HttpCookie } from './core-api';

const SAME_SITE = { none: undefined, lax: 'Lax', strict: 'Strict', explicitNone: 'None' } as const;

export function formatCookie(cookie: HttpCookie): string {
  const { name = '', value = '', sameSite = 'none' } = cookie;
  return [
    `${name}=${encodeURIComponent(value)}`,
    ...attribute('Domain', cookie.domain?.value),
    ...attribute('Path', cookie.path?.value),
    ...attribute('Expires', toUtc(cookie.expires?.value?.seconds)),
    ...attribute('Max-Age', cookie.maxAge?.value),
    ...attribute('SameSite', SAME_SITE[sameSite]),
    ...flag('Secure', cookie.secure),
    ...flag('HttpOnly', cookie.httpOnly),
  ].join('; ');
}

function attribute(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [`${name}=${value}`];
}

function flag(name: string, wrapped: HttpCookie['secure']): string[] {
  return wrapped?.value === true ? [name] : [];
}

function toUtc(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1000).toUTCString();
}
