import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/conformance/**'],
    globalSetup: ['test/support/build-once.ts'],
    setupFiles: ['test/support/load-everything.ts', 'test/support/fixed-seed.ts'],
    // Long enough for a machine that is busy with other work; nothing here takes so long by itself.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 50_000 } },
    // One more try for what a stalled machine broke; the output names each test that needed it.
    retry: 1,
    pool: 'forks',
    // Node runs TypeScript by itself; asking Vite for each import again takes real time.
    experimental: { viteModuleRunner: false },
    // By default one core is left idle; most tests wait for sockets.
    maxWorkers: 3,
    // No test replaces a module, so files may share them: half of the time was loading them anew.
    isolate: false,
    // Tests talk to loopback only; a proxy of the machine must not get in between.
    env: { NO_PROXY: '*', no_proxy: '*', NO_COLOR: '', FORCE_COLOR: '' },
  },
});
