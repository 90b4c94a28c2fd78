import type { Container } from '../../kubernetes/model.ts';

/**
 * Whether an init container has done its part. What it wrote is of interest only to who names it,
 * while one that fails is why the pod has no other log.
 */
export function isDone({ state, exitCode }: Pick<Container, 'state' | 'exitCode'>): boolean {
  return state === 'terminated' && exitCode === 0;
}
