import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/conformance/**'],
    globalSetup: ['test/support/build-once.ts'],
    testTimeout: 20_000,
    pool: 'forks',
    // Tests talk to loopback only; a proxy of the machine must not get in between.
    env: { NO_PROXY: '*', no_proxy: '*', NO_COLOR: '', FORCE_COLOR: '' },
  },
});
