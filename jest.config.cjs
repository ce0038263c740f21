/** One runner for everything that tests. Files run side by side on two workers: that is what CI has. */
module.exports = {
  testMatch: ['<rootDir>/{functions,shared,server,local,bench,tests,infra}/**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.sluice/'],
  testTimeout: 60_000,
  maxWorkers: 2,
};
