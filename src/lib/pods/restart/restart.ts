import type { Clock, Milliseconds } from '../../clock.ts';
import { EXIT_CODES, isAdminError } from '../../errors.ts';
import { EventQueue } from '../../event-queue.ts';
import { keepTrying } from '../../keep-trying.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import type { Pod } from '../../kubernetes/model.ts';
import { isLost, judgePod } from '../judge.ts';
import { isPodOf } from '../workload-name.ts';
import { isRolledOut, type RestartPlan, type RestartTarget } from './plan.ts';

/** The requests to Kubernetes that restarting needs. */
export type RestartClient = Pick<
  KubernetesClient,
  'restartWorkload' | 'deletePod' | 'getPod' | 'getWorkload' | 'listPods'
>;

/** The outcome for one target. */
export type RestartOutcome =
  | 'ready'
  /** Started, but not awaited (`detach`). */
  | 'begun'
  /** Not ready before the timeout. */
  | 'not-ready'
  /** The rollout failed, or it could not be started or observed. */
  | 'failed';

/** An event during a restart. Times in `Ms` are milliseconds. */
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

/** Options for waiting for a restart. Times in `Ms` are milliseconds. */
export interface RestartOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly detach: boolean;
  readonly timeoutMs: Milliseconds;
}

const POLL: Milliseconds = 2_000;
const PATIENCE: Milliseconds = 120_000;
/** The grace period in seconds of `kubectl delete pod --now`, which the operations guide uses. */
const NOW_SECONDS = 1;

/** Returns a name such as `Deployment/frontend`. */
export function targetName({ kind, name }: Pick<RestartTarget, 'kind' | 'name'>): string {
  return `${kind}/${name}`;
}

/**
 * Starts the restart of every target of a plan, then waits concurrently until each is ready again.
 * The failure of one target does not affect the others.
 *
 * @throws AdminError as listed at KubernetesClient, if the first target cannot be started: nothing
 *   was changed then
 */
export async function* restartPods(
  client: RestartClient,
  plan: RestartPlan,
  options: RestartOptions,
): AsyncGenerator<RestartEvent, void> {
  const { clock, signal } = options;
  const startedAt = clock.now();
  const queue = new EventQueue<RestartEvent>();
  const end: EndTarget = (target, outcome, problem) => {
    const tookMs = clock.now().getTime() - startedAt.getTime();
    queue.push({
      type: 'ended',
      target: targetName(target),
      outcome,
      tookMs,
      problem: problem ?? null,
    });
  };
  const begun: RestartTarget[] = [];
  for (const [at, target] of plan.targets.entries()) {
    try {
      const { pods, problem } = await begin(client, plan.how, target, startedAt, signal);
      yield { type: 'begun', target: targetName(target), pods };
      if (problem === null) begun.push(target);
      else end(target, 'failed', problem);
    } catch (error) {
      signal.throwIfAborted();
      if (at === 0 || !isAdminError(error)) throw error;
      end(target, 'failed', error.message);
    }
  }
  const waits = begun.map(async (target) => {
    if (options.detach) return end(target, 'begun');
    try {
      await waitUntilReady(client, plan, target, { ...options, startedAt }, queue, end);
    } catch (error) {
      signal.throwIfAborted();
      if (!isAdminError(error)) throw error;
      end(target, 'failed', error.message);
    }
  });
  void Promise.all(waits).then(
    () => queue.end(),
    (error: unknown) => queue.fail(error),
  );
  yield* queue;
}

type EndTarget = (target: RestartTarget, outcome: RestartOutcome, problem?: string) => void;

/** Returns the exit code for the outcomes of all targets. */
export function restartExitCode(outcomes: readonly RestartOutcome[]): number {
  const good = outcomes.filter((outcome) => outcome === 'ready' || outcome === 'begun').length;
  if (good === outcomes.length) return 0;
  if (good > 0) return EXIT_CODES.partial;
  return outcomes.includes('failed') ? EXIT_CODES.failed : EXIT_CODES.timeout;
}

async function waitUntilReady(
  client: RestartClient,
  plan: RestartPlan,
  target: RestartTarget,
  options: RestartOptions & { readonly startedAt: Date },
  queue: EventQueue<RestartEvent>,
  end: EndTarget,
): Promise<void> {
  const { clock, signal, startedAt } = options;
  const name = targetName(target);
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
    if (state.done) return end(target, 'ready', state.remains ?? undefined);
    if (state.stalled !== null) return end(target, 'failed', `${state.stalled}: ${state.lacks}`);
    const left = deadline - clock.now().getTime();
    if (left <= 0) {
      return end(target, 'not-ready', state.lacks);
    }
    await clock.sleep(Math.min(POLL, left), signal);
  }
}

/**
 * Starts the restart of a target. Returns the pods to replace; if a deletion failed after others
 * succeeded, only those before it, and the problem.
 */
async function begin(
  client: RestartClient,
  how: RestartPlan['how'],
  target: RestartTarget,
  now: Date,
  signal: AbortSignal,
): Promise<{ readonly pods: readonly string[]; readonly problem: string | null }> {
  const names = target.pods.map((pod) => pod.name);
  if (how === 'roll') {
    if (!target.rolling) await client.restartWorkload(target, now, signal);
    return { pods: names, problem: null };
  }
  for (const [at, pod] of target.pods.entries()) {
    if (pod.terminating) continue;
    try {
      await deleteExactly(client, pod, signal);
    } catch (error) {
      signal.throwIfAborted();
      // If the first deletion fails, nothing was changed.
      if (at === 0 || !isAdminError(error)) throw error;
      return { pods: names.slice(0, at), problem: error.message };
    }
  }
  return { pods: names, problem: null };
}

/** Deletes exactly this pod, and no newer pod of the same name. */
async function deleteExactly(
  client: RestartClient,
  { name, uid }: Pick<Pod, 'name' | 'uid'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.deletePod(name, { uid, gracePeriodSeconds: NOW_SECONDS, signal });
  } catch (error) {
    signal.throwIfAborted();
    // The pod was deleted or replaced by someone else.
    if (isAdminError(error, 'notFound')) return;
    if (isAdminError(error) && error.code === 'KUBERNETES_CONFLICT') return;
    // The deletion may have succeeded even if its response is missing.
    const unsure = isAdminError(error, 'timeout') || isAdminError(error, 'service');
    if (unsure && (await isGoing(client, { name, uid }, signal))) return;
    throw error;
  }
}

async function isGoing(
  client: RestartClient,
  { name, uid }: Pick<Pod, 'name' | 'uid'>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const pod = await client.getPod(name, signal);
    return pod.uid !== uid || pod.deletedAt !== null;
  } catch (error) {
    signal.throwIfAborted();
    if (isAdminError(error, 'notFound')) return true;
    // Unknown: the caller reports the error of the deletion.
    if (isAdminError(error)) return false;
    throw error;
  }
}

/**
 * Returns the state of a target. It is done when no old pod is left and all desired pods are ready.
 * A deleted pod on a lost node remains until the node is back, so that nobody waits for its end.
 */
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
  /** What is missing, for people. */
  readonly lacks: string;
  /** The deleted pods on lost nodes, for people; null if there are none. */
  readonly remains: string | null;
}> {
  const workload = await client.getWorkload(target, signal);
  const labelSelector = Object.entries(workload.selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const old = new Set(target.pods.map((pod) => pod.uid));
  const listed = await client.listPods({ labelSelector, signal });
  const pods = listed.filter((pod) => isPodOf(pod, target));
  const lost = pods.filter((pod) => pod.deletedAt !== null && isLost(pod));
  const left = pods.filter((pod) => old.has(pod.uid) && !lost.includes(pod));
  // Counted here, because the count in the workload's status may be out of date.
  const ready = pods.filter((pod) => judgePod(pod).health === 'ready').length;
  const whole = ready >= workload.replicas;
  const rolled = isRolledOut(workload) && (target.rolling || left.length === 0);
  return {
    renewed: old.size - left.length,
    ready,
    done: whole && (how === 'delete' ? left.length === 0 : rolled),
    stalled: how === 'roll' ? workload.stalled : null,
    lacks: lacksText(pods, left, `${ready} of ${workload.replicas} pods are ready`),
    remains: lost.length === 0 ? null : remainsText(lost),
  };
}

function remainsText(lost: readonly Pod[]): string {
  return lost.map((pod) => `${pod.name}: ${judgePod(pod).why ?? pod.phase}`).join('; ');
}

/** @param left the old pods that still exist */
function lacksText(pods: readonly Pod[], left: readonly Pod[], readiness: string): string {
  const names = left.map(({ name }) => name).join(', ');
  const fresh = pods.filter((pod) => !left.includes(pod));
  const whys = fresh.flatMap((pod) => judgePod(pod).why ?? []);
  return [readiness, ...(names ? [`${names} not replaced yet`] : []), ...new Set(whys)].join('; ');
}
