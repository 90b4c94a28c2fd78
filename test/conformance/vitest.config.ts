import { defineConfig } from 'vitest/config';

/**
 * The conformance tests use the field's real clients and servers. They are slower, and are not part
 * of `npm test`.
 */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/conformance/**/*.test.ts'],
    // A busy machine takes twenty seconds for one rabbitmqctl.
    testTimeout: 300_000,
    hookTimeout: 180_000,
    // As in the main configuration: one more try, and the output names each test that needed it.
    retry: 1,
    pool: 'forks',
    env: { NO_PROXY: '*', no_proxy: '*' },
  },
});
