import { Writable } from 'node:stream';
import { mapBounded } from '../bounded.ts';
import type { Clock, Milliseconds } from '../clock.ts';
import { type AdminError, isAdminError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { CheckResult } from './check-result.ts';
import { PORT_TOOLS, type PortResult, type PortTool, type ToolRun } from './port-tools.ts';
import { checkedHost } from './probes.ts';
import type { ServiceProbe, ServiceProbes } from './service-probes.ts';

/** The options of {@link examineServices}. */
export interface ExamineServicesOptions {
  readonly kubernetes: Pick<KubernetesClient, 'exec'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface SourcePod {
  readonly service: string;
  readonly pod: string;
  readonly container: string | null;
}

const PODS_AT_ONCE = 8;
/** The time limit of one program; longer than the program's own. */
const PROGRAM_LIMIT: Milliseconds = 20_000;
const PROGRAMS = [...new Set(PORT_TOOLS.map(({ program }) => program))];
const NO_TOOL = `the container has no tool to test with: ${PROGRAMS.join(', ')}`;

/**
 * Checks from one pod of each service the ports that the service needs, using whatever suitable
 * program its container has. Nothing else is run there.
 *
 * @throws AdminError like {@link KubernetesClient.exec}, if it fails for all pods
 */
export async function examineServices(
  services: readonly ServiceProbes[],
  options: ExamineServicesOptions,
): Promise<readonly CheckResult[]> {
  const failures: AdminError[] = [];
  const results = await mapBounded(services, PODS_AT_ONCE, async ({ probes, ...source }) => {
    const { service, pod, container } = source;
    if (pod === null) {
      return probes.map((probe) => result(source, probe, 'skipped', 'no pod is ready'));
    }
    try {
      return await examinePod({ service, pod, container }, probes, options);
    } catch (error) {
      options.signal.throwIfAborted();
      if (!isAdminError(error)) throw error;
      failures.push(error);
      const execCheck = { check: 'exec', host: null, port: null } as const;
      return [{ ...result(source, execCheck, 'failed', error.message), hint: error.hint ?? null }];
    }
  });
  const [failure] = failures;
  if (failure && failures.length === services.length) throw failure;
  return results.flat();
}

/** Sequential, so that the program found for the first probe is reused for the others. */
async function examinePod(
  source: SourcePod,
  probes: readonly ServiceProbe[],
  options: ExamineServicesOptions,
): Promise<readonly CheckResult[]> {
  let tools = PORT_TOOLS;
  const results: CheckResult[] = [];
  for (const probe of probes) {
    if (probe.host === null || probe.skipped !== null) {
      results.push(result(source, probe, 'skipped', probe.skipped ?? 'the host is unknown'));
      continue;
    }
    const host = checkedHost(probe.host);
    const checked = await checkPort(source, tools, { host, port: probe.port }, options);
    tools = checked.tools;
    results.push(judged(source, probe, checked));
  }
  return results;
}

interface PortCheckRun {
  /** Null if no program gave a result. */
  readonly portResult: PortResult | null;
  readonly exitCode: number | null;
  /** The programs to try next time, without those that are missing. */
  readonly tools: readonly PortTool[];
}

async function checkPort(
  source: SourcePod,
  tools: readonly PortTool[],
  { host, port }: { readonly host: string; readonly port: number },
  options: ExamineServicesOptions,
): Promise<PortCheckRun> {
  const absent = new Set<string>();
  for (const [index, tool] of tools.entries()) {
    if (absent.has(tool.program)) continue;
    const run = await runIn(source, tool.command(host, port), options);
    const portResult = run && tool.judge(run);
    if (run === null) absent.add(tool.program);
    if (run && portResult) return { portResult, exitCode: run.exitCode, tools: tools.slice(index) };
  }
  return { portResult: null, exitCode: null, tools: [] };
}

/** Null if the container does not have the program. */
async function runIn(
  { pod, container }: SourcePod,
  command: readonly string[],
  { kubernetes, clock, signal }: ExamineServicesOptions,
): Promise<ToolRun | null> {
  const [stdout, stderr] = [new Text(), new Text()];
  const ended = new AbortController();
  const late = new AbortController();
  clock.sleep(PROGRAM_LIMIT, ended.signal).then(
    () => late.abort(),
    // The program ended in time.
    () => undefined,
  );
  try {
    const { exitCode } = await kubernetes.exec({
      pod,
      command,
      stdout,
      stderr,
      signal: AbortSignal.any([signal, late.signal]),
      ...(container === null ? {} : { container }),
    });
    return { exitCode, stdout: stdout.text, stderr: stderr.text };
  } catch (error) {
    if (isAdminError(error) && error.code === 'NO_SUCH_COMMAND') return null;
    // The exit code of timeout(1).
    if (late.signal.aborted) return { exitCode: 124, stdout: '', stderr: 'timed out' };
    throw error;
  } finally {
    ended.abort();
  }
}

function judged(
  source: SourcePod,
  probe: ServiceProbe,
  { portResult, exitCode }: PortCheckRun,
): CheckResult {
  if (portResult === null) return result(source, probe, 'skipped', NO_TOOL);
  const checked = { exitCode, hint: portResult.hint };
  switch (portResult.state) {
    case 'open':
      return { ...result(source, probe, 'ok', portResult.meaning), ...checked };
    case 'unclear':
      return { ...result(source, probe, 'skipped', portResult.meaning), ...checked };
    case 'unknown-name':
      if (probe.inCluster) {
        return { ...result(source, probe, 'skipped', 'no Service has this name'), exitCode };
      }
      return { ...result(source, probe, 'failed', portResult.meaning), ...checked };
    case 'closed':
      return { ...result(source, probe, 'failed', portResult.meaning), ...checked };
  }
}

function result(
  { service, pod }: { readonly service: string; readonly pod: string | null },
  { check, host, port }: Pick<CheckResult, 'check' | 'host' | 'port'>,
  outcome: CheckResult['outcome'],
  meaning: string,
): CheckResult {
  const from = { clientId: null, client: null, service, pod };
  return { ...from, check, host, port, outcome, exitCode: null, meaning, hint: null };
}

/** Collects a stream as text. */
class Text extends Writable {
  text = '';

  constructor() {
    super({
      write: (chunk: Buffer, _encoding, done) => {
        this.text += chunk.toString('utf8');
        done();
      },
    });
  }
}
