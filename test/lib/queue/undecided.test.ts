import { describe, expect, it } from 'vitest';
import type { JobId } from '../../../src/lib/nomad/model.ts';
import { diagnose } from '../../../src/lib/queue/diagnose.ts';
import {
  ago,
  client,
  failed,
  healthyLogs,
  type Ill,
  inUi,
  job,
  listed,
  log,
  NO_UI,
  NOTHING,
  pending,
  pod,
  snapshot,
  sure,
  WELL_BUILD,
  withPods,
} from './support/snapshot.ts';

const MINUTE = 60_000;
const WAITING = 'acme/web/42';

/** Nothing is configured. */
const NOBODY: Ill = {
  ...{ pods: NOTHING, workloads: NOTHING, logs: [], rabbitmq: NOTHING, server: NO_UI },
  nomad: { leader: NOTHING, clients: NOTHING, jobs: NOTHING },
};
/** A build is queued for longer than the logs go back. */
const LATE: Ill = { server: { builds: listed(inUi(WAITING, 'queued', 50 * MINUTE)) } };
const unnamed = { ...job(WELL_BUILD), id: 'docker-5f2a' as JobId, slug: null, buildNumber: null };
/** Server 4.3, with a job in Nomad that does not name its build. */
const UNNAMED: Ill = {
  serverVersion: '4.3',
  pods: sure([
    pod('dispatcher', {}, { service: 'distributor', workload: 'distributor-dispatcher' }),
    pod('schedulerer', {}, { service: 'docker-provisioner', workload: 'docker-provisioner' }),
    pod('output-processor', {}, { service: 'output', workload: 'output' }),
  ]),
  logs: healthyLogs()
    .slice(1)
    .map(({ stage }) => log(stage, [[30_000, '{"level":"info","msg":"polling"}']])),
  nomad: { jobs: sure([unnamed]) },
  server: { builds: listed(inUi(WAITING, 'queued', 10 * MINUTE)) },
};
const starting = { health: 'starting', ready: 0, status: 'ContainerCreating' } as const;
const trigger = { project: 'acme/web', number: 43, pipelineId: null, ageMs: 4_000 };

/** Each reason for the verdict `unknown`: the title, and the next command. */
const REASONS: readonly (readonly [string, Ill, title: string, next: string])[] = [
  [
    'nothing could be read',
    NOBODY,
    'neither the logs of the pipeline nor Nomad could be read',
    'circleci-admin doctor',
  ],
  [
    'a build waits for long, and nothing shows why',
    LATE,
    '1 build waits for 50m, and nothing that was read shows why',
    'circleci-admin troubleshoot queue --since 6h',
  ],
  [
    'a build of 4.3 waits, and jobs in Nomad name no build',
    UNNAMED,
    '1 build waits for 10m, and nothing that was read shows why',
    'circleci-admin nomad status',
  ],
  [
    'the only pod of a step is starting',
    { pods: withPods(pod('dispatcher', starting, { createdAt: ago(20_000) })) },
    'dispatcher has no ready pod, so no build gets through: dispatcher-1 is ContainerCreating, 20s old',
    'circleci-admin pods describe dispatcher-1',
  ],
  [
    'the build that was started is on its way',
    { trigger },
    'acme/web/43 was started 4s ago, and no stage has received it yet',
    'circleci-admin troubleshoot build acme/web/43',
  ],
  [
    'the build that was started has no number yet',
    { trigger: { ...trigger, number: null } },
    'the build of acme/web that was started 4s ago has no number yet',
    'circleci-admin troubleshoot queue',
  ],
];

describe.each(REASONS)('if %s', (_, ill, title, next) => {
  it('the verdict is unknown, and a finding says why', () => {
    const { verdict, findings } = diagnose(snapshot(ill));
    expect(findings).toMatchObject([{ code: 'CQ0902', severity: 'warning', title }]);
    expect(verdict).toMatchObject({ state: 'unknown', cause: 'CQ0902', next });
    expect(verdict.text.toLowerCase()).toMatch(`${title.toLowerCase()}. `);
  });
});

it('the builds that wait are named, and what is not known of them', () => {
  const [finding] = diagnose(snapshot(UNNAMED)).findings;
  expect(finding?.builds).toEqual([WAITING]);
  expect(finding?.evidence.map(({ text }) => text)).toEqual([
    `queued in the UI: ${WAITING}`,
    'Nomad has 1 job that does not name a build, and may have it',
  ]);
});

it('a warning about something else does not hide that there is no verdict', () => {
  const clients = sure([client('a'), client('b', { status: 'down' })]);
  const { verdict, findings } = diagnose(snapshot({ ...LATE, nomad: { clients } }));
  expect(findings.map(({ code }) => code)).toEqual(['CQ0902', 'CQ0506']);
  expect(verdict).toMatchObject({ state: 'unknown', cause: 'CQ0902' });
});

it('what could not be read explains that there is no verdict', () => {
  const refused = failed('KUBERNETES_FORBIDDEN', 'may not get pods/log', { kind: 'unauthorised' });
  const logs = healthyLogs().map((one) => ({ ...one, log: refused }));
  const { verdict, findings } = diagnose(snapshot({ ...LATE, logs }));
  expect(findings.map(({ code, causedBy }) => [code, causedBy])).toEqual([
    ['CQ0901', null],
    ['CQ0902', 'CQ0901'],
  ]);
  expect(verdict).toMatchObject({ state: 'unknown', next: 'circleci-admin doctor' });
});

it('there is a verdict if an error was found, or if another finding explains the builds', () => {
  const jobs = sure([job(WELL_BUILD), pending('acme/api/7', 'too-large', 'too large')]);
  const { verdict } = diagnose(snapshot({ ...LATE, nomad: { jobs } }));
  expect(verdict).toMatchObject({ state: 'broken', cause: 'CQ0602' });
});
