import { expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { cli, startSandbox } from '../../support/sandbox.ts';

it.each([1, 2])('prints one document of a service with %i pods', async (count) => {
  const sandbox = await startSandbox();
  sandbox.kubernetes.scale('output-processor', count);
  await sandbox.clock.advance(60_000);
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  const print = async (format: string): Promise<string> =>
    (await cli(['pods', 'describe', 'output-processor', '-o', format], options)).stdout;
  const [json, yaml, ndjson, csv, table] = await Promise.all(
    ['json', 'yaml', 'ndjson', 'csv', 'table'].map(print),
  );
  const document = JSON.parse(json ?? '');
  expect(Object.keys(document)).toEqual(['pods']);
  expect(document.pods).toHaveLength(count);
  expect(document.pods[0]).toMatchObject({
    pod: { service: 'output-processor' },
    initContainers: [],
    ephemeralContainers: [],
  });
  expect(parseYaml(yaml ?? '')).toEqual(document);
  const lines = (ndjson ?? '').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(document.pods);
  expect(csv).toContain(`\r\npods.${count - 1}.pod.service,output-processor\r\n`);
  expect(table?.match(/^Pod +output-processor-/gm)).toHaveLength(count);
});

it('shows how a container terminated, and its memory limit', async () => {
  const sandbox = await startSandbox();
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  sandbox.kubernetes.crash('frontend', { reason: 'OOMKilled', exitCode: 137 });
  await sandbox.clock.advance(60_000);
  const { stdout } = await cli(['pods', 'describe', 'frontend', '-o', 'table'], options);
  expect(stdout).toMatch(
    /\nLast state of frontend: terminated\nReason +OOMKilled\nExit code +137\nStarted +\S+Z \(.+ ago\)\nFinished +\S+Z \(1m ago\)\nMemory limit +none\n/,
  );
});
