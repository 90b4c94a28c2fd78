import { defineConfig } from 'vitest/config';

/** The field's real clients against the sandbox: slower, and not part of `npm test`. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/conformance/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    pool: 'forks',
    env: { NO_PROXY: '*', no_proxy: '*' },
  },
});
