import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../../src/lib/clock.ts';
import { AdminError } from '../../../../src/lib/errors.ts';
import type { NomadClient } from '../../../../src/lib/nomad/client.ts';
import { createExecNomadClient } from '../../../../src/lib/nomad/exec/exec-nomad-client.ts';
import { createHttpNomadClient } from '../../../../src/lib/nomad/http/http-nomad-client.ts';
import type { AllocationId, JobId, NodeId } from '../../../../src/lib/nomad/model.ts';
import { all, CLOCK, failureOf, recordedText, serveRecordings } from '../http/recorded-nomad.ts';
import { type FakeCli, fakeCli, type Printed, recordedCli } from './recorded-cli.ts';

const NODE = '4ad846c5-2aad-cbf8-09d9-e3e54d2d00dd' as NodeId;
const JOB = '6007ca6352718c10b1227a57-0-build-circleci-realitycheck-21' as JobId;
const LOG = {
  allocation: '1ea80217-537f-9b48-b859-78cf979383f1' as AllocationId,
  task: 'build-agent',
  stream: 'stderr',
  follow: false,
  origin: 'start',
  offset: 0,
} as const;

function clientOf(cli: FakeCli, extra: object = {}): NomadClient {
  return createExecNomadClient({ run: cli.run, clock: CLOCK, requestTimeout: 5_000, ...extra });
}

describe('before Nomad 1.3', () => {
  it('returns the answers of the API, except for what the CLI does not print', async () => {
    const exec = clientOf(recordedCli());
    const http = createHttpNomadClient({
      ...(await serveRecordings()),
      access: 'direct',
      requestTimeout: 5_000,
    });
    expect(exec.access).toBe('exec');
    expect(await exec.agent()).toEqual({
      version: '1.0.4',
      region: null,
      datacenter: null,
      clientId: null,
    });
    expect(await exec.leader()).toBe(await http.leader());
    expect(sorted(await all(exec.nodes({ resources: true })))).toEqual(
      sorted(await all(http.nodes())),
    );
    expect(await exec.node(NODE)).toEqual({ ...(await http.node(NODE)), index: null });
    expect(await all(exec.jobs())).toEqual(await all(http.jobs()));
    expect(await exec.job(JOB)).toEqual(await http.job(JOB));
    expect(await exec.jobAllocations(JOB)).toEqual(await http.jobAllocations(JOB));
    expect(await all(exec.allocations({ live: true, resources: true }))).toEqual(
      await all(http.allocations({ live: true })),
    );
    const { value } = await exec.nodeAllocations(NODE);
    expect(sorted(value).map(({ id, resources }) => [id, resources])).toEqual(
      sorted((await http.nodeAllocations(NODE)).value).map(({ id }) => [id, null]),
    );
    const pending = '6007ca6352718c10b1227a5c-0-build-circleci-realitycheck-26' as JobId;
    expect(await exec.jobEvaluations(pending)).toEqual(await http.jobEvaluations(pending));
    const running = '0e449bfc-dd31-87a0-71d8-fe63b5aacb8a' as AllocationId;
    const { value: allocation } = await exec.allocation(running);
    expect(allocation).toEqual((await http.allocation(running)).value);
    expect(String((await all(exec.logs(LOG)))[0]?.data)).toBe('agent finished\n');
  });

  it('asks for the version only once', async () => {
    const cli = recordedCli();
    const nomad = clientOf(cli);
    await Promise.all([nomad.agent(), all(nomad.nodes()), nomad.leader()]);
    expect(cli.ran.filter(([word]) => word === 'version')).toHaveLength(1);
  });

  it.each([
    ['NOMAD_NODE_NOT_FOUND', (nomad: NomadClient) => nomad.node('0' as NodeId)],
    [
      'NOMAD_NODE_NOT_FOUND',
      (nomad: NomadClient) => nomad.drain('0' as NodeId, { deadline: null }),
    ],
  ])('recognises %s in the output of the CLI', async (code, ask) => {
    expect(await failureOf(ask(clientOf(recordedCli())))).toMatchObject({ kind: 'notFound', code });
  });

  it.each<[string, string, boolean]>([
    ['nothing', '', true],
    ['null', 'null\n', true],
    ['words', 'No nodes registered\n', true],
    ['an empty list', '[]\n', true],
    ['the start of a list', '[{"ID":"a"},', false],
    ['something else', 'panic: oh no', false],
  ])('takes only an empty list for one: %s', async (_, stdout, empty) => {
    const listing = all(clientOf(old({ stdout })).nodes());
    if (empty) expect(await listing).toEqual([]);
    else expect(await failureOf(listing)).toMatchObject({ code: 'NOMAD_BAD_ANSWER' });
  });

  it('skips to an offset that the CLI cannot start at, however the output is split', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ maxLength: 8 })), fc.nat(40), async (out, offset) => {
        const got = await all(clientOf(old({ stdout: out })).logs({ ...LOG, offset }));
        const text = Buffer.concat(got.map(({ data }) => data));
        expect(text).toEqual(Buffer.from(out.join('')).subarray(offset));
      }),
    );
  });

  it.each([
    [{ stream: 'stdout' }, ['alloc', 'logs']],
    [{ follow: true, origin: 'end', offset: 9 }, 'alloc logs -stderr -f -tail -c 9'.split(' ')],
  ] as const)('reads logs %j', async (request, words) => {
    const cli = old({});
    await all(clientOf(cli).logs({ ...LOG, ...request }));
    expect(cli.ran.at(-1)).toEqual([...words, LOG.allocation, LOG.task]);
  });
});

describe('since Nomad 1.3', () => {
  const head = (status: string, ...headers: string[]): string =>
    [
      '> GET http://127.0.0.1:4646/v1/x',
      '* Sending request and receiving response...',
      `< HTTP/1.1 ${status}`,
      ...headers.map((header) => `< ${header}`),
      '',
    ].join('\n');

  it('requests the API, with resources and index', async () => {
    const cli = since13((path) => ({
      stderr: head('200 OK', 'X-Nomad-Index: 14'),
      stdout: recordedText(
        path.startsWith('/v1/nodes') ? 'http/nodes-resources.json' : 'http/node.json',
      ),
    }));
    const nomad = clientOf(cli, { namespace: 'n' });
    const [node] = await all(nomad.nodes({ resources: true }));
    expect(node?.resources?.cpuMhz).toBe(4000);
    expect((await nomad.node(NODE, { index: 3, wait: 1_000 })).index).toBe(14);
    expect(cli.ran.slice(1)).toEqual(
      [
        '/v1/nodes?resources=true&namespace=n',
        `/v1/node/${NODE}?index=3&wait=1000ms&namespace=n`,
      ].map((path) => ['operator', 'api', '-verbose', '-X', 'GET', path]),
    );
  });

  it.each<[string, Printed, object]>([
    [
      'an error of Nomad, by its status',
      { stderr: head('403 Forbidden'), stdout: 'Permission denied' },
      { kind: 'unauthorised', code: 'NOMAD_PERMISSION_DENIED' },
    ],
    [
      'an unreachable server',
      { stderr: 'Error performing request: dial tcp: connect: connection refused\n', exit: 1 },
      { kind: 'service', code: 'NOMAD_UNREACHABLE' },
    ],
    [
      'a truncated body',
      {
        stderr: `${head('200 OK')}Error reading response after 9 bytes: unexpected EOF\n`,
        stdout: '{"ID":"a"',
        exit: 1,
      },
      { kind: 'service', code: 'NOMAD_BAD_ANSWER' },
    ],
    [
      'an incomplete document',
      { stderr: head('200 OK'), stdout: '{"ID":"a"' },
      { kind: 'service', code: 'NOMAD_BAD_ANSWER' },
    ],
    [
      'a pod that disappears',
      { breaks: new AdminError('service', 'gone', { code: 'EXEC_LOST' }) },
      { kind: 'service', code: 'EXEC_LOST' },
    ],
    [
      'a pod that disappears in the middle of the body',
      {
        stderr: head('200 OK'),
        stdout: '{"ID"',
        breaks: new AdminError('service', 'gone', { code: 'EXEC_LOST' }),
      },
      { kind: 'service', code: 'EXEC_LOST' },
    ],
  ])('reports %s', async (_, printed, expected) => {
    const nomad = clientOf(since13(() => printed));
    expect(await failureOf(nomad.node(NODE))).toMatchObject(expected);
  });

  it('stops the command when the reader of its log stops', async () => {
    const frame = recordedText('http/logs-stderr-frames.json');
    const cli = since13(() => ({ stderr: head('200 OK'), stdout: frame, hangs: true }));
    for await (const chunk of clientOf(cli).logs({ ...LOG, follow: true })) {
      expect(chunk).toMatchObject({ offset: 15, file: 'alloc/logs/build-agent.stderr.0' });
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(cli.stopped()).toBe(1);
  });
});

describe('commands that change a node', () => {
  it.each([
    ['1.0.4', { deadline: null }, ['-no-deadline']],
    ['1.0.4', { deadline: 'force' }, ['-force']],
    ['1.0.4', { deadline: 90_000 }, ['-deadline', '90000ms']],
    ['1.0.4', { deadline: null, meta: { message: 'm' } }, ['-no-deadline']],
    [
      '1.7.7',
      { deadline: null, ignoreSystemJobs: true, meta: { message: 'm x' } },
      ['-no-deadline', '-ignore-system', '-meta', 'message=m x'],
    ],
  ] as const)('drains on %s with %j', async (version, spec, flags) => {
    const cli = versioned(version, {});
    await clientOf(cli).drain(NODE, spec);
    expect(cli.ran.at(-1)).toEqual([
      ...['node', 'drain', '-enable', '-yes', '-detach'],
      ...flags,
      NODE,
    ]);
  });

  it('rejects a deadline of zero, which Nomad reads as no deadline', async () => {
    const cli = old({});
    const error = await failureOf(clientOf(cli).drain(NODE, { deadline: 0 }));
    expect(error).toMatchObject({ kind: 'usage', code: 'BAD_DEADLINE' });
    expect(cli.ran).toEqual([]);
  });

  it.each([
    [true, ['node', 'drain', '-disable', '-yes', NODE]],
    [false, ['node', 'drain', '-disable', '-yes', '-keep-ineligible', NODE]],
  ])('ends a drain, eligible: %s', async (eligible, words) => {
    const cli = old({});
    await clientOf(cli).cancelDrain(NODE, eligible);
    expect(cli.ran).toEqual([words]);
  });

  it('sets eligibility in the configured region and namespace', async () => {
    const cli = old({});
    await clientOf(cli, { region: 'r', namespace: 'n' }).setEligibility(NODE, false);
    expect(cli.ran).toEqual([
      ['node', 'eligibility', '-region=r', '-namespace=n', '-disable', NODE],
    ]);
  });
});

describe('failed commands', () => {
  it.each([
    ['no nomad', 'sh: nomad: not found', 'NOMAD_UNREACHABLE'],
    ['a nomad without such a command', 'Usage: nomad [-version] <command>', 'NOMAD_ERROR'],
  ])('are reported for a pod with %s', async (_, stderr, code) => {
    const nomad = clientOf(fakeCli(() => ({ exit: 127, stderr })));
    expect(await failureOf(nomad.leader())).toMatchObject({ kind: 'service', code });
  });

  it('are run again by the next call', async () => {
    let broken = true;
    const cli = fakeCli(() =>
      broken
        ? { breaks: new AdminError('service', 'gone', { code: 'EXEC_LOST' }) }
        : { stdout: 'Nomad v1.0.4\n' },
    );
    const nomad = clientOf(cli);
    expect(await failureOf(nomad.agent())).toMatchObject({ code: 'EXEC_LOST' });
    broken = false;
    expect(await nomad.agent()).toMatchObject({ version: '1.0.4' });
  });

  it('are stopped if they print nothing before the timeout', async () => {
    const impatient: Clock = { ...CLOCK, sleep: () => Promise.resolve() };
    const cli = fakeCli(() => ({ hangs: true }));
    const error = await failureOf(clientOf(cli, { clock: impatient }).agent());
    expect(error).toMatchObject({ kind: 'timeout', code: 'REQUEST_TIMEOUT' });
    expect(String(error)).toContain('nomad version timed out after 5s');
    expect(cli.stopped()).toBe(1);
  });

  it('are stopped when the operator aborts', async () => {
    const cli = fakeCli(([word]) =>
      word === 'version' ? { stdout: 'Nomad v1.0.4' } : { hangs: true },
    );
    const enough = new AbortController();
    const listing = all(clientOf(cli).nodes({ signal: enough.signal }));
    await new Promise((resolve) => setImmediate(resolve));
    enough.abort(new Error('enough'));
    expect(await failureOf(listing)).toEqual(new Error('enough'));
    expect(cli.stopped()).toBe(1);
  });
});

function versioned(version: string, printed: Printed): FakeCli {
  return fakeCli(([word]) => (word === 'version' ? { stdout: `Nomad v${version}\n` } : printed));
}

function old(printed: Printed): FakeCli {
  return versioned('1.0.4', printed);
}

function since13(print: (path: string) => Printed): FakeCli {
  return fakeCli((args) =>
    args[0] === 'version' ? { stdout: 'Nomad v1.4.568-7ee1d6dec\n' } : print(args.at(-1) ?? ''),
  );
}

function sorted<T extends { readonly id: string }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => a.id.localeCompare(b.id));
}
