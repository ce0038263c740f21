import { createAllowList } from '../functions/allow-list';
import { allowedHosts, cdfTarget } from './cdf-target';
import { readLocalSettings } from './settings';

test('unset, everything is the stand-in', () => {
  expect(cdfTarget(readLocalSettings({}), 'http://127.0.0.1:7080')).toEqual({
    baseUrl: 'http://127.0.0.1:7080',
    project: 'local',
    tokenUrl: 'http://127.0.0.1:7080/oauth2/v2.0/token',
    clientId: 'sluice',
    clientSecret: 'sluice-local-secret',
    scope: 'http://127.0.0.1:7080/.default',
  });
});

test('another CDF is taken as the settings give it', () => {
  const settings = readLocalSettings({
    SLUICE_CDF_URL: 'https://westeurope-1.cognitedata.com/',
    SLUICE_TOKEN_URL: 'https://login.microsoftonline.com/t/oauth2/v2.0/token',
    SLUICE_CDF_PROJECT: 'acme',
    SLUICE_CLIENT_ID: 'id',
    SLUICE_CLIENT_SECRET: 'secret',
  });

  expect(cdfTarget(settings, settings.cdfUrl)).toEqual({
    baseUrl: 'https://westeurope-1.cognitedata.com',
    project: 'acme',
    tokenUrl: 'https://login.microsoftonline.com/t/oauth2/v2.0/token',
    clientId: 'id',
    clientSecret: 'secret',
    scope: 'https://westeurope-1.cognitedata.com/.default',
  });
});

test('the functions may call that CDF and that token endpoint, and no other port of loopback', () => {
  const target = cdfTarget(readLocalSettings({}), 'http://127.0.0.1:7080');
  const allowed = createAllowList(allowedHosts(target));

  expect(allowed.cdf(new URL(target.baseUrl))).toBe(true);
  expect(allowed.tokenUrl(new URL(target.tokenUrl))).toBe(true);
  expect(allowed.tokenUrl(new URL('http://127.0.0.1:7081/oauth2/v2.0/token'))).toBe(false);
});

test('a wrong setting is named', () => {
  expect(() => readLocalSettings({ SLUICE_PG_PORT: 'five', SLUICE_CDF_URL: 'cdf' })).toThrow(
    /SLUICE_PG_PORT[^]*SLUICE_CDF_URL/,
  );
});
