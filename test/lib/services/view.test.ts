import { expect, it } from 'vitest';
import type { KubernetesClient } from '../../../src/lib/kubernetes/client.ts';
import type { Pod } from '../../../src/lib/kubernetes/model.ts';
import { makeCatalogue } from '../../../src/lib/services/catalogue.ts';
import { listServices } from '../../../src/lib/services/list.ts';
import { serviceListView } from '../../../src/lib/services/view.ts';
import { eraseTable } from '../../../src/lib/terminal/table.ts';
import { container, pod } from '../pods/sample-pods.ts';

/** Returns the text below the list for an installation with only these pods. */
async function footerOf(pods: readonly Pod[]): Promise<string> {
  const client: Pick<KubernetesClient, 'listPods' | 'listWorkloads' | 'lostNodes' | 'target'> = {
    target: { context: null, server: 'https://kubernetes', namespace: 'circleci-server' },
    listPods: async () => pods,
    listWorkloads: async () => [],
    lostNodes: async () => [],
  };
  const { signal } = new AbortController();
  const context = { catalogue: makeCatalogue(), version: null, signal };
  const list = await listServices(client, { all: false }, context);
  return eraseTable(serviceListView(list)).footer.join('\n');
}

it('shows the full reason and impact of outages', async () => {
  const footer = await footerOf([
    pod({ workload: 'frontend', containers: [container({ ready: false })] }),
    pod({ workload: 'schedulerer' }),
  ]);
  expect(footer).toContain(
    'frontend: container main runs, but its readiness check fails. Impact: UI and REST API down; GitHub',
  );
  expect(footer).toContain('dispatcher: it is missing, and scheduler needs it. Impact: nothing');
  expect(footer).toContain('3 services out in circleci-server, 1 of them critical; 1 up');
});

it('lists services that may be missing', async () => {
  const footer = await footerOf([pod({ workload: 'api-service' })]);
  expect(footer).toMatch(
    /^All 1 services that are in circleci-server are up\nNot in this namespace: .*\bfrontend,/,
  );
  expect(footer).not.toMatch(/slanger|distributor|migrators|exim/);
  expect(footer).toContain('config set version VERSION (such as 3.0)');
});

it('suggests a version that the running services agree with', async () => {
  const footer = await footerOf([pod({ workload: 'docker-provisioner' })]);
  expect(footer).toContain('config set version VERSION (such as 4.3)');
});
