import { Writable } from 'node:stream';
import { mapBounded } from '../bounded.ts';
import type { Clock, Milliseconds } from '../clock.ts';
import { type AdminError, isAdminError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { CheckResult } from './check-result.ts';
import { PORT_TOOLS, type PortLook, type PortTool, type ToolRun } from './port-tools.ts';
import { checkedHost } from './probes.ts';
import type { ServiceProbe, ServiceProbes } from './service-probes.ts';

/** The options of {@link examineServices}. */
export interface ServiceExamination {
  readonly kubernetes: Pick<KubernetesClient, 'exec'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface PodPlace {
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
  how: ServiceExamination,
): Promise<readonly CheckResult[]> {
  const failures: AdminError[] = [];
  const results = await mapBounded(services, PODS_AT_ONCE, async ({ probes, ...place }) => {
    const { service, pod, container } = place;
    if (pod === null) {
      return probes.map((probe) => result(place, probe, 'skipped', 'no pod is ready'));
    }
    try {
      return await examinePod({ service, pod, container }, probes, how);
    } catch (error) {
      how.signal.throwIfAborted();
      if (!isAdminError(error)) throw error;
      failures.push(error);
      const about = { check: 'exec', host: null, port: null } as const;
      return [{ ...result(place, about, 'failed', error.message), hint: error.hint ?? null }];
    }
  });
  const [failure] = failures;
  if (failure && failures.length === services.length) throw failure;
  return results.flat();
}

/** Sequential, so that the program found for the first probe is reused for the others. */
async function examinePod(
  place: PodPlace,
  probes: readonly ServiceProbe[],
  how: ServiceExamination,
): Promise<readonly CheckResult[]> {
  let tools = PORT_TOOLS;
  const results: CheckResult[] = [];
  for (const probe of probes) {
    if (probe.host === null || probe.skipped !== null) {
      results.push(result(place, probe, 'skipped', probe.skipped ?? 'the host is unknown'));
      continue;
    }
    const host = checkedHost(probe.host);
    const seen = await lookFrom(place, tools, { host, port: probe.port }, how);
    tools = seen.tools;
    results.push(judged(place, probe, seen));
  }
  return results;
}

interface Seen {
  /** Null if no program gave a result. */
  readonly look: PortLook | null;
  readonly exitCode: number | null;
  /** The programs to try next time, without those that are missing. */
  readonly tools: readonly PortTool[];
}

async function lookFrom(
  place: PodPlace,
  tools: readonly PortTool[],
  { host, port }: { readonly host: string; readonly port: number },
  how: ServiceExamination,
): Promise<Seen> {
  const absent = new Set<string>();
  for (const [at, tool] of tools.entries()) {
    if (absent.has(tool.program)) continue;
    const run = await runIn(place, tool.command(host, port), how);
    const look = run && tool.judge(run);
    if (run === null) absent.add(tool.program);
    if (run && look) return { look, exitCode: run.exitCode, tools: tools.slice(at) };
  }
  return { look: null, exitCode: null, tools: [] };
}

/** Null if the container does not have the program. */
async function runIn(
  { pod, container }: PodPlace,
  command: readonly string[],
  { kubernetes, clock, signal }: ServiceExamination,
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

function judged(place: PodPlace, probe: ServiceProbe, { look, exitCode }: Seen): CheckResult {
  if (look === null) return result(place, probe, 'skipped', NO_TOOL);
  const seen = { exitCode, hint: look.hint };
  switch (look.state) {
    case 'open':
      return { ...result(place, probe, 'ok', look.meaning), ...seen };
    case 'unclear':
      return { ...result(place, probe, 'skipped', look.meaning), ...seen };
    case 'unknown-name':
      if (probe.inCluster) {
        return { ...result(place, probe, 'skipped', 'no Service has this name'), exitCode };
      }
      return { ...result(place, probe, 'failed', look.meaning), ...seen };
    case 'closed':
      return { ...result(place, probe, 'failed', look.meaning), ...seen };
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
