import { describe, expect, it } from 'vitest';
import type { JobRow } from '../../../src/lib/nomad/jobs/jobs.ts';
import type { JobId } from '../../../src/lib/nomad/model.ts';
import { diagnose } from '../../../src/lib/queue/diagnose.ts';
import {
  type Ill,
  inUi,
  job,
  listed,
  log,
  pod,
  says,
  snapshot,
  sure,
  WELL_BUILD,
} from './support/snapshot.ts';

const MINUTE = 60_000;
const WAITING = 'acme/web/42';

/** Returns the findings for a server 4.3 that is healthy apart from the given parts. */
function late(ill: Ill): readonly string[] {
  const pods = sure([
    pod('dispatcher', {}, { service: 'distributor', workload: 'distributor-dispatcher' }),
    pod('schedulerer', {}, { service: 'docker-provisioner', workload: 'docker-provisioner' }),
    pod('output-processor', {}, { service: 'output', workload: 'output' }),
  ]);
  const { findings } = diagnose(snapshot({ serverVersion: '4.3', pods, ...ill }));
  return findings.map(({ code }) => code);
}

/** Returns a job whose name contains no build. */
function unnamed(): JobRow {
  const own = job(WELL_BUILD);
  return {
    ...own,
    id: 'docker-5f2a' as JobId,
    slug: null,
    buildNumber: null,
    org: null,
    repo: null,
  };
}

describe('a waiting build of server 4.3', () => {
  const posted = [
    log('dispatcher', says.dispatcher(WAITING, 5 * MINUTE)),
    log('schedulerer', says.schedulerer(WAITING, 5 * MINUTE - 100)),
    log('output-processor', []),
  ];
  const silent = posted.map(({ stage }) => log(stage, []));
  const server = { builds: listed(inUi(WAITING, 'queued', 5 * MINUTE)) };

  it('is missing in Nomad if every job is named after its build', () => {
    expect(late({ logs: posted, server })).toEqual(['CQ0403']);
  });

  it('is not missing if a job without a build name may be its own', () => {
    const nomad = { jobs: sure([job(WELL_BUILD), unnamed()]) };
    expect(late({ logs: posted, server, nomad })).toEqual(['CQ0902']);
    expect(late({ logs: silent, server, nomad })).not.toContain('CQ0205');
  });
});

describe('the Deployments of the distributor', () => {
  const part = (name: string, replicas: number) => ({
    kind: 'Deployment',
    name: `distributor-${name}`,
    service: 'distributor',
    stage: 'dispatcher' as const,
    replicas,
    ready: replicas,
  });

  it('cause a warning if one has no pod, and an error if a build waits', () => {
    const workloads = sure([part('dispatcher', 1), part('internal', 0)]);
    const logs = [
      log('dispatcher', says.dispatcher(WELL_BUILD, 4 * MINUTE)),
      log('schedulerer', says.schedulerer(WELL_BUILD, 4 * MINUTE)),
      log('output-processor', []),
    ];
    const pods = sure([
      pod('dispatcher', {}, { service: 'distributor', workload: 'distributor-dispatcher' }),
      pod('schedulerer', {}, { service: 'docker-provisioner', workload: 'docker-provisioner' }),
      pod('output-processor', {}, { service: 'output', workload: 'output' }),
    ]);
    const found = (more: Ill) =>
      diagnose(snapshot({ serverVersion: '4.3', pods, workloads, logs, ...more })).findings[0];
    expect(found({})).toMatchObject({
      ...{ code: 'CQ0106', severity: 'warning' },
      title: 'distributor-internal is stopped: it is scaled to zero',
    });
    const server = { builds: listed(inUi(WAITING, 'queued', 5 * MINUTE)) };
    expect(found({ server })).toMatchObject({ code: 'CQ0106', severity: 'error' });
  });

  it('are one finding if none of them has a pod', () => {
    const workloads = sure([part('dispatcher', 0), part('internal', 0)]);
    const pods = sure([
      pod('schedulerer', {}, { service: 'docker-provisioner' }),
      pod('output-processor', {}, { service: 'output' }),
    ]);
    const [finding] = diagnose(snapshot({ serverVersion: '4.3', pods, workloads })).findings;
    expect(finding).toMatchObject({
      title: 'distributor is stopped: it is scaled to zero',
      remedy: {
        commands: [
          'kubectl scale deployment/distributor-dispatcher --replicas=1',
          'kubectl scale deployment/distributor-internal --replicas=1',
          'circleci-admin services show distributor',
        ],
      },
    });
  });
});
