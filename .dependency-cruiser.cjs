/** Directions of import. Each rule says why, and what to do instead. */
const test = '\\.test\\.ts$|^tests/|^bench/';

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'A circle has no top and no bottom. Move what both need into a third file below them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'shared-knows-no-side',
      comment: 'Both sides stand on shared/, so it knows neither. Pass what it needs as a parameter.',
      severity: 'error',
      from: { path: '^shared/', pathNot: test },
      to: { path: '^(server|functions|local)/' },
    },
    {
      name: 'server-knows-no-functions',
      comment: 'The sides meet in the queue and the stores, never in code.',
      severity: 'error',
      from: { path: '^server/', pathNot: test },
      to: { path: '^(functions|local)/' },
    },
    {
      name: 'functions-know-no-server',
      comment: 'The sides meet in the queue and the stores, never in code.',
      severity: 'error',
      from: { path: '^functions/', pathNot: test },
      to: { path: '^(server|local)/' },
    },
    {
      name: 'protocol-is-pure',
      comment: 'Bytes in, messages out: server/protocol/ may use itself and the PostgreSQL error only.',
      severity: 'error',
      from: { path: '^server/protocol/', pathNot: test },
      to: { path: '^(server|shared)/', pathNot: '^server/(protocol/|postgres-error\\.ts$)' },
    },
    {
      name: 'sql-is-pure',
      comment: 'Text in, statements out: server/sql/ may use itself and the PostgreSQL error only.',
      severity: 'error',
      from: { path: '^server/sql/', pathNot: test },
      to: { path: '^(server|shared)/', pathNot: '^server/(sql/|postgres-error\\.ts$)' },
    },
    {
      name: 'sockets-at-the-edge',
      comment:
        'Sessions take messages, so that their tests need no network: sockets live in listener, connection and the engine client.',
      severity: 'error',
      from: {
        path: '^server/',
        pathNot: ['^server/(listener|connection|secure-context|health|main)\\.ts$', '^server/engine/', test],
      },
      to: { path: '^(node:)?(net|tls)$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'azure-in-one-place',
      comment:
        'Only shared/azure/, the triggers and the local stack know Azure SDKs. Declare a port (a function type) where it is used.',
      severity: 'error',
      from: {
        path: '^(server|functions|shared)/',
        pathNot: ['^shared/azure/', '^functions/[^/]+\\.ts$', test],
      },
      to: { path: 'node_modules/@azure/' },
    },
    {
      name: 'cdf-in-one-place',
      comment: 'Only functions/cdf/ knows the CDF SDK: it is where its habits are tamed.',
      severity: 'error',
      from: { pathNot: ['^functions/cdf/', test] },
      to: { path: 'node_modules/@cognite/' },
    },
    {
      name: 'infra-check-knows-settings-only',
      comment:
        'infra/check holds Bicep against what the code declares: the settings of both sides, and shared/.',
      severity: 'error',
      from: { path: '^infra/', pathNot: test },
      to: { path: '^(server|functions|local)/', pathNot: '^(server|functions)/settings\\.ts$' },
    },
    {
      name: 'nobody-knows-infra',
      comment: 'infra/ is deployed and checked, never run: nothing that runs may need it.',
      severity: 'error',
      from: { pathNot: '^infra/' },
      to: { path: '^infra/' },
    },
    {
      name: 'no-import-of-tests',
      comment: 'Tests are leaves: nothing that ships may need them.',
      severity: 'error',
      from: { path: '^(server|functions|shared|local|infra)/', pathNot: test },
      to: { path: test },
    },
    {
      name: 'no-dev-dependency-at-run-time',
      comment: 'npm ci --omit=dev must suffice for the image and the function app.',
      severity: 'error',
      from: { path: '^(server|functions|shared)/', pathNot: test },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports is dead, unless it is an entry.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [test, '\\.d\\.ts$', '^server/main\\.ts$', '^functions/app\\.ts$', '^local/'],
      },
      to: {},
    },
    {
      name: 'kebab-case',
      comment: 'File names are kebab-case.',
      severity: 'error',
      from: { path: '^(server|functions|shared|local|tests|bench|infra)/.*[A-Z_].*\\.ts$' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
