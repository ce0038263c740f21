import { createAllowList } from './allow-list';

const TOKEN = 'https://login.microsoftonline.com/tenant/oauth2/v2.0/token';
const CDF = 'https://westeurope-1.cognitedata.com';

describe('without a setting', () => {
  const allowList = createAllowList('');

  test.each([TOKEN, 'https://LOGIN.microsoftonline.com:443/t'])('credentials may go to %s', (url) =>
    expect(allowList.tokenUrl(new URL(url))).toBe(true),
  );

  test.each([
    'http://login.microsoftonline.com/t',
    'https://login.microsoftonline.com:8443/t',
    'https://login.microsoftonline.com.evil.example/t',
    'https://login.microsoftonline.com./t',
    'https://evil.login.microsoftonline.com/t',
    'https://login.microsoftonline.com@evil.example/t',
    'https://user:password@login.microsoftonline.com/t',
    'https://169.254.169.254/metadata',
    'https://127.0.0.1/',
    'file:///etc/passwd',
    CDF,
  ])('credentials may not go to %s', (url) => expect(allowList.tokenUrl(new URL(url))).toBe(false));

  test.each([CDF, 'https://api.cognitedata.com', 'https://az-1.p001.plink.cognitedata.com'])(
    'CDF may be at %s',
    (url) => expect(allowList.cdf(new URL(url))).toBe(true),
  );

  test.each([
    'https://cognitedata.com',
    'https://evilcognitedata.com',
    'https://a.cognitedata.com.evil.example',
    'http://a.cognitedata.com',
    'https://a.cognitedata.com:8443',
    'http://127.0.0.1:7080',
    TOKEN,
  ])('CDF may not be at %s', (url) => expect(allowList.cdf(new URL(url))).toBe(false));
});

describe('with a setting', () => {
  const allowList = createAllowList(
    ' http://127.0.0.1:7080, idp.acme.example:8443 ,*.plant.example,http://[::1]:1 ',
  );

  test.each([
    TOKEN,
    'http://127.0.0.1:7080/token',
    'https://idp.acme.example:8443/',
    'https://a.b.plant.example/',
    'http://[::1]:1/',
  ])('allows %s', (url) => expect(allowList.tokenUrl(new URL(url))).toBe(true));

  test.each([
    'https://127.0.0.1:7080/',
    'http://127.0.0.1:7081/',
    'http://127.0.0.1/',
    'https://idp.acme.example/',
    'https://plant.example/',
    'http://a.plant.example/',
  ])('does not allow %s', (url) => expect(allowList.cdf(new URL(url))).toBe(false));

  test.each(['*', 'ftp://x', 'host/path', '.example', 'a b', 'https://user@host', 'host:port', '*example'])(
    'refuses the entry %j by the name of the setting',
    (entry) => expect(() => createAllowList(entry)).toThrow('SLUICE_ALLOWED_HOSTS'),
  );
});
