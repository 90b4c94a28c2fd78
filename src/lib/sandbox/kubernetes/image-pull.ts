import type { EventNote } from './cluster.ts';
import type { PodSituation } from './scenario.ts';

/** The kubelet's delay before it retries to pull a missing image. */
const RETRY_MS = 300_000;

/** Why a container's image cannot be pulled, as reported by the kubelet. */
export interface PullFailure {
  readonly waiting: { readonly reason: string; readonly message: string };
  readonly notes: readonly Omit<EventNote, 'from'>[];
  /** The delay until the kubelet retries, in milliseconds; null if it does not. */
  readonly retryMs: number | null;
}

/** Returns how pulling an image fails in a situation; null if it succeeds. */
export function pullFailure(situation: PodSituation, image: string): PullFailure | null {
  if (situation === 'image-missing') {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    const reason = 'ErrImageNeverPull';
    const notes = [{ type: 'Warning', reason, message }] as const;
    return { waiting: { reason, message }, notes, retryMs: null };
  }
  if (situation !== 'image-pull-back-off') return null;
  const back = `Back-off pulling image "${image}"`;
  const error = `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
  return {
    waiting: { reason: 'ImagePullBackOff', message: back },
    notes: [
      { type: 'Normal', reason: 'Pulling', message: `Pulling image "${image}"` },
      { type: 'Warning', reason: 'Failed', message: `Failed to pull image "${image}": ${error}` },
      { type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' },
      { type: 'Normal', reason: 'BackOff', message: back },
      { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' },
    ],
    retryMs: RETRY_MS,
  };
}
