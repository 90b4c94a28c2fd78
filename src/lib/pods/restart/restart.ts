import type { Clock, Milliseconds } from '../../clock.ts';
import { EXIT_CODES } from '../../errors.ts';
import { EventQueue } from '../../event-queue.ts';
import { keepTrying } from '../../keep-trying.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { judgePod } from '../judge.ts';
import { isRolledOut, type RestartPlan, type RestartTarget } from './plan.ts';

/** What restarting asks of Kubernetes. */
export type RestartClient = Pick<
  KubernetesClient,
  'restartWorkload' | 'deletePod' | 'getWorkload' | 'listPods'
>;

/** How a target ended. */
export type RestartOutcome =
  | 'ready'
  /** It was begun, and nobody waited. */
  | 'begun'
  /** It was not ready in time. */
  | 'not-ready'
  /** Kubernetes gave it up, or it could not be begun. */
  | 'failed';

/** What happens during a restart. */
export type RestartEvent =
  | { readonly type: 'begun'; readonly target: string; readonly pods: readonly string[] }
  | {
      readonly type: 'progress';
      readonly target: string;
      readonly renewed: number;
      readonly ready: number;
      readonly replicas: number;
    }
  | {
      readonly type: 'ended';
      readonly target: string;
      readonly outcome: RestartOutcome;
      readonly tookMs: Milliseconds;
      readonly problem: string | null;
    };

/** How a restart is waited for. */
export interface RestartOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly detach: boolean;
  readonly timeoutMs: Milliseconds;
}

const POLL: Milliseconds = 2_000;
const PATIENCE: Milliseconds = 120_000;
/** What `kubectl delete pod --now` gives a pod to end, as the guide does. */
const NOW_SECONDS = 1;

/** `Deployment/frontend`. */
export function targetName({ kind, name }: Pick<RestartTarget, 'kind' | 'name'>): string {
  return `${kind}/${name}`;
}

/** Restarts every target of a plan, all at once, and waits until each is ready again. */
export async function* restartPods(
  client: RestartClient,
  plan: RestartPlan,
  options: RestartOptions,
): AsyncGenerator<RestartEvent, void> {
  const queue = new EventQueue<RestartEvent>();
  const work = plan.targets.map((target) => restartOne(client, plan, target, options, queue));
  void Promise.all(work).then(
    () => queue.end(),
    (error: unknown) => queue.fail(error),
  );
  yield* queue;
}

/** The exit code that the ends of all targets make. */
export function restartExitCode(outcomes: readonly RestartOutcome[]): number {
  const good = outcomes.filter((outcome) => outcome === 'ready' || outcome === 'begun').length;
  if (good === outcomes.length) return 0;
  if (good > 0) return EXIT_CODES.partial;
  return outcomes.includes('failed') ? EXIT_CODES.failed : EXIT_CODES.timeout;
}

async function restartOne(
  client: RestartClient,
  plan: RestartPlan,
  target: RestartTarget,
  options: RestartOptions,
  queue: EventQueue<RestartEvent>,
): Promise<void> {
  const { clock, signal } = options;
  const name = targetName(target);
  const startedAt = clock.now();
  const end = (outcome: RestartOutcome, problem: string | null = null): void => {
    const tookMs = clock.now().getTime() - startedAt.getTime();
    queue.push({ type: 'ended', target: name, outcome, tookMs, problem });
  };
  const pods = await begin(client, plan.how, target, startedAt, signal);
  queue.push({ type: 'begun', target: name, pods });
  if (options.detach) return end('begun');
  const deadline = startedAt.getTime() + options.timeoutMs;
  let before = '';
  for (;;) {
    const patience = { clock, signal, patienceMs: PATIENCE, onFailure: () => undefined };
    const state = await keepTrying(() => look(client, plan.how, target, signal), patience);
    const { renewed, ready } = state;
    const now = `${renewed}/${ready}`;
    if (now !== before) {
      const { replicas } = target;
      queue.push({ type: 'progress', target: name, renewed, ready, replicas });
    }
    before = now;
    if (state.done) return end('ready');
    if (state.stalled !== null) return end('failed', state.stalled);
    const left = deadline - clock.now().getTime();
    if (left <= 0) return end('not-ready', `${ready} of ${target.replicas} pods are ready`);
    await clock.sleep(Math.min(POLL, left), signal);
  }
}

/** The pods that go. */
async function begin(
  client: RestartClient,
  how: RestartPlan['how'],
  target: RestartTarget,
  now: Date,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (how === 'roll') {
    if (!target.rolling) await client.restartWorkload(target, now, signal);
    return target.pods.map((pod) => pod.name);
  }
  for (const { name, terminating } of target.pods) {
    if (terminating) continue;
    await client.deletePod(name, { gracePeriodSeconds: NOW_SECONDS, signal });
  }
  return target.pods.map((pod) => pod.name);
}

/** Where a target stands: done only when no old pod is left and as many are ready as are wanted. */
async function look(
  client: RestartClient,
  how: RestartPlan['how'],
  target: RestartTarget,
  signal: AbortSignal,
): Promise<{
  readonly renewed: number;
  readonly ready: number;
  readonly done: boolean;
  readonly stalled: string | null;
}> {
  const workload = await client.getWorkload(target, signal);
  const labelSelector = Object.entries(workload.selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const old = new Set(target.pods.map((pod) => pod.uid));
  const pods = await client.listPods({ labelSelector, signal });
  const left = pods.filter(({ uid }) => old.has(uid)).length;
  // Counted here, for the workload's own count may lag behind.
  const ready = pods.filter((pod) => judgePod(pod).health === 'ready').length;
  const whole = ready >= workload.replicas;
  const rolled = isRolledOut(workload) && (target.rolling || left === 0);
  return {
    renewed: old.size - left,
    ready,
    done: whole && (how === 'delete' ? left === 0 : rolled),
    stalled: how === 'roll' ? workload.stalled : null,
  };
}
