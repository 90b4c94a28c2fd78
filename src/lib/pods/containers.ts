import type { Container, Pod } from '../kubernetes/model.ts';

/** Returns all containers of a pod: init containers first, ephemeral containers last. */
export function everyContainer(pod: Pod): readonly Container[] {
  const { initContainers = [], containers, ephemeralContainers = [] } = pod;
  return [...initContainers, ...containers, ...ephemeralContainers];
}

/**
 * Whether a container has completed its work while its pod continues: a terminated ephemeral
 * container, or an init container that succeeded. Its log is shown only if it is named. The log of
 * a failed init container is shown, because it explains why the pod has no other log.
 */
export function isDone(pod: Pod, container: Container): boolean {
  const { state, exitCode, sidecar } = container;
  if (state !== 'terminated') return false;
  if (pod.ephemeralContainers?.includes(container)) return true;
  return exitCode === 0 && !sidecar && (pod.initContainers?.includes(container) ?? false);
}
