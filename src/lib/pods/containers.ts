import type { Container, Pod } from '../kubernetes/model.ts';

/** Every container of a pod, those before the others first and those for debugging last. */
export function everyContainer(pod: Pod): readonly Container[] {
  const { initContainers = [], containers, ephemeralContainers = [] } = pod;
  return [...initContainers, ...containers, ...ephemeralContainers];
}

/**
 * Whether a container has done its part, while its pod goes on. What it wrote is of interest only to
 * who names it, while an init container that fails is why the pod has no other log.
 */
export function isDone(pod: Pod, container: Container): boolean {
  const { state, exitCode, sidecar } = container;
  if (state !== 'terminated') return false;
  if (pod.ephemeralContainers?.includes(container)) return true;
  return exitCode === 0 && !sidecar && (pod.initContainers?.includes(container) ?? false);
}
