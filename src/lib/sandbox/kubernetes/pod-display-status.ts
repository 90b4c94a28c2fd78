import type { PodObject } from './objects.ts';

/** Returns the STATUS column of a pod in kubectl, as printPod in printers/internalversion does. */
export function podDisplayStatus(pod: PodObject): string {
  const { metadata, status } = pod;
  let reason = status.reason ?? status.phase;
  let running = false;
  for (const container of [...(status.containerStatuses ?? [])].reverse()) {
    const { waiting, terminated } = container.state;
    if (waiting) reason = waiting.reason;
    else if (terminated) reason = terminated.reason;
    else if (container.ready) running = true;
  }
  if (reason === 'Completed' && running) {
    const ready = status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
    reason = ready ? 'Running' : 'NotReady';
  }
  if (metadata.deletionTimestamp === undefined) return reason;
  return status.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
}
