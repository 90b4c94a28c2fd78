import { describe, expect, it } from 'vitest';
import { inspectBuild } from '../../../src/lib/cache/inspect-build.ts';
import type { AdminError } from '../../../src/lib/errors.ts';
import {
  action,
  build,
  json,
  messages,
  type Scripted,
  scripted,
  stepsApiOf,
  TOKEN,
} from './steps-server.ts';

const BUILD_PATH = '/api/v1.1/project/github/acme/web/26';
const FOUND = 'Found a cache from build 25 at v1-abc\nSize: 620 MiB\nCached paths:\n';
const SIGNED = 'X-Amz-Expires=431999&X-Amz-Signature=0123456789abcdef';

const inspect = (server: Pick<Scripted, 'origin'>, task: number | null = null) => {
  const { api, masker } = stepsApiOf(server);
  const { signal } = new AbortController();
  const result = inspectBuild(api, { project: 'acme/web', number: 26, task, signal });
  return { result, masker };
};

const failure = (result: Promise<unknown>): Promise<AdminError> =>
  result.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: AdminError) => error,
  );

describe('the caches of a build', () => {
  it('are read from the output storage, without the token', async () => {
    const storage = await scripted((_, response) => json(response, messages(FOUND)));
    const server = await scripted((_, response) =>
      json(
        response,
        build(action('Restoring cache', { output_url: `${storage.origin}/o?${SIGNED}` })),
      ),
    );
    const { result, masker } = inspect(server);
    expect(await result).toMatchObject({
      build: 'acme/web/26',
      ended: true,
      verdict: 'too-large',
      unread: 0,
      caches: [{ task: 0, step: 102, key: 'v1-abc', sizeBytes: 650_117_120, verdict: 'too-large' }],
    });
    expect(server.asked).toEqual([{ path: BUILD_PATH, token: TOKEN }]);
    expect(storage.asked).toEqual([{ path: `/o?${SIGNED}`, token: undefined }]);
    expect(masker.mask(`GET /o?${SIGNED}`)).toBe('GET /o?[secret]');
  });

  it('are read after a redirect of the server, which does not pass on the token', async () => {
    const storage = await scripted((_, response) => json(response, messages(FOUND)));
    const server: Scripted = await scripted(({ url }, response) => {
      if (url === BUILD_PATH) return json(response, build(action('Restoring cache')));
      response.writeHead(302, { location: `${storage.origin}/o?${SIGNED}` }).end();
    });
    expect(await inspect(server).result).toMatchObject({ verdict: 'too-large' });
    expect(server.asked.at(-1)).toEqual({ path: `${BUILD_PATH}/output/102/0`, token: TOKEN });
    expect(storage.asked).toEqual([{ path: `/o?${SIGNED}`, token: undefined }]);
  });

  it('are listed per parallel task, including steps that only their output identifies', async () => {
    const texts: Record<string, string> = {
      '/0': FOUND,
      '/1': 'No cache is found for key: v1-abc\n',
      '/pods': FOUND.replace('620', '12').replace('v1-abc', 'pods'),
      '/saved': 'Skipping cache generation, cache already exists for key: pods\n',
      '/other': 'Nothing about it\n',
    };
    const server: Scripted = await scripted(({ url = '' }, response) => {
      if (url !== BUILD_PATH) return json(response, messages(texts[url] ?? ''));
      const at = (name: string, path: string, index: number, more = {}) =>
        action(name, { output_url: `${server.origin}${path}`, index, ...more });
      json(
        response,
        build(
          at('Spin up environment', '/other', 0),
          at('Restoring cache', '/0', 0),
          at('Restoring cache', '/1', 1),
          at('Fetch pods', '/pods', 0),
          at('Restoring cache by hand', '/run', 0, { bash_command: 'restore.sh' }),
          at('Run tests', '/tests', 0, { bash_command: 'make test' }),
          at('Look around', '/other', 1),
          at('Saving cache', '/saved', 0),
          action('Saving Cache', { has_output: false }),
        ),
      );
    });
    const { caches, verdict } = await inspect(server).result;
    expect(caches.map((one) => [one.name, one.task, one.sizeBytes, one.verdict])).toEqual([
      ['Restoring cache', 0, 650_117_120, 'too-large'],
      ['Restoring cache', 1, null, 'no-cache'],
      ['Fetch pods', 0, 12_582_912, 'ok'],
      ['Saving cache', 0, 12_582_912, 'ok'],
      ['Saving Cache', 0, null, 'unknown'],
    ]);
    expect(verdict).toBe('too-large');
    const paths = server.asked.map(({ path }) => path).toSorted();
    expect(paths).toEqual([BUILD_PATH, '/0', '/1', '/pods', '/run', '/saved', '/other'].toSorted());
    const second = await inspect(server, 1).result;
    expect(second.caches.map(({ task }) => task)).toEqual([1]);
    expect(await failure(inspect(server, 2).result)).toMatchObject({ code: 'TASK_NOT_FOUND' });
  });

  it('are read with limited parallelism, and up to a maximum number', async () => {
    const actions = Array.from({ length: 90 }, (_, at) => action('Restoring cache', { index: at }));
    const server = await scripted(({ url }, response) => {
      if (url === BUILD_PATH) json(response, build(...actions));
      else json(response, messages(FOUND.replace('620', '5')));
    });
    const { caches, passedOver, verdict } = await inspect(server).result;
    expect([caches.length, passedOver, verdict]).toEqual([64, 26, 'unknown']);
    expect(server.asked).toHaveLength(65);
    expect(server.most).toBeLessThanOrEqual(6);
  });

  it.each([
    ['Restoring cache', 'Its output could not be read: there is no size in its first 8 MiB.', 16],
    ['Look around', null, 7],
  ])(
    'are not searched for until the end of an endless output: %s',
    async (name, explanation, most) => {
      let sent = 0;
      const server = await scripted(({ url }, response) => {
        if (url === BUILD_PATH) {
          return json(response, build(action(name), action('Saving cache', { has_output: false })));
        }
        const piece = `{"message":"${'x'.repeat(100_000)}\\n"},`;
        response.write('[');
        const more = (): void => {
          while (!response.destroyed && response.write(piece)) sent += piece.length;
          sent += piece.length;
        };
        response.on('drain', more);
        more();
      });
      const { caches } = await inspect(server).result;
      expect(caches.find((one) => one.name === name)?.explanation ?? null).toBe(explanation);
      expect(sent).toBeLessThan(most * 1024 ** 2);
    },
  );
});

describe('an unreadable output', () => {
  it('is requested again if it was truncated', async () => {
    let asked = 0;
    const server = await scripted(({ url }, response) => {
      if (url === BUILD_PATH) return json(response, build(action('Restoring cache')));
      asked += 1;
      if (asked === 1) response.end('[{"message":"Found a cache from build 25 at v1-a');
      else json(response, messages(FOUND));
    });
    expect(await inspect(server).result).toMatchObject({ verdict: 'too-large', unread: 0 });
  });

  it.each([403, 404, 500])('does not affect the other results: %i', async (status) => {
    const storage = await scripted((_, response) => response.writeHead(status).end('no'));
    const server = await scripted(({ url }, response) => {
      if (url !== BUILD_PATH) return json(response, messages(FOUND.replace('620', '5')));
      const elsewhere = action('Saving cache', { output_url: `${storage.origin}/o?${SIGNED}` });
      json(response, build(action('Restoring cache'), elsewhere));
    });
    const inspected = await inspect(server).result;
    expect(inspected).toMatchObject({
      verdict: 'unknown',
      unread: 1,
      caches: [
        { verdict: 'ok' },
        {
          verdict: 'unknown',
          explanation: expect.stringMatching(/^Its output could not be read: /),
        },
      ],
    });
    expect(JSON.stringify(inspected)).not.toContain('0123456789abcdef');
  });

  it.each([
    ['http://127.0.0.1:1/o', 'UNREACHABLE'],
    ['file:///etc/passwd', 'NO_STEP_OUTPUT'],
    ['http://', 'NO_STEP_OUTPUT'],
  ])('is an error if there is no other: %s', async (address, code) => {
    const server = await scripted((_, response) =>
      json(response, build(action('Restoring cache', { output_url: `${address}?${SIGNED}` }))),
    );
    const error = await failure(inspect(server).result);
    expect(error).toMatchObject({ code, message: expect.stringContaining('"Restoring cache"') });
    expect(error.message).not.toContain('0123456789abcdef');
    expect(server.asked).toHaveLength(1);
  });

  it('does not reveal a signature if it is not JSON, or is truncated repeatedly', async () => {
    for (const body of ['<Error/>', '[{"message":"Creating cache archive...\\n"},{"mess']) {
      const storage = await scripted((_, response) => response.end(body));
      const address = `${storage.origin}/o?${SIGNED}`;
      const server = await scripted((_, response) =>
        json(response, build(action('Saving cache', { output_url: address }))),
      );
      const error = await failure(inspect(server).result);
      expect(error).toMatchObject({ code: 'BAD_ANSWER', kind: 'service' });
      expect(error.message).not.toContain('0123456789abcdef');
      expect(storage.asked).toHaveLength(2);
    }
  });
});

describe('an unreadable build', () => {
  it.each([
    [401, 'SERVER_UNAUTHORIZED', 'unauthorised'],
    [403, 'SERVER_FORBIDDEN', 'unauthorised'],
    [404, 'BUILD_NOT_FOUND', 'notFound'],
    [429, 'SERVER_ERROR', 'service'],
    [500, 'SERVER_ERROR', 'service'],
  ])('is an error with a hint: %i', async (status, code, kind) => {
    const server = await scripted((_, response) => json(response, { message: 'no' }, status));
    const error = await failure(inspect(server).result);
    expect(error).toMatchObject({ code, kind, hint: expect.any(String) });
    if (status === 404) expect(error.hint).toContain('circleci-admin troubleshoot cache 620MB');
  });

  it.each(['<html>Log in</html>', '{"message":"hello"}', '{"build_num":26,"ste'])(
    'is reported if the response is not a build: %s',
    async (body) => {
      const server = await scripted((_, response) => response.end(body));
      expect(await failure(inspect(server).result)).toMatchObject({ code: 'SERVER_SURPRISE' });
    },
  );

  it('is not assumed if no step has started: it just has no caches', async () => {
    const queued = { build_num: 26, status: 'queued', lifecycle: 'queued' };
    const server = await scripted((_, response) => json(response, queued));
    const inspected = await inspect(server).result;
    expect(inspected).toMatchObject({ ended: false, verdict: 'ok', caches: [] });
  });
});
