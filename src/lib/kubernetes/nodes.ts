import { mapBounded } from '../bounded.ts';
import { isAdminError } from '../errors.ts';
import { objectOf } from '../json-value.ts';
import { nullIfForbidden } from './forbidden.ts';
import type { LostNode } from './model.ts';
import type { Transport } from './transport.ts';

/** The maximum number of concurrent requests. */
const AT_ONCE = 8;

/**
 * Returns those of the named nodes that do not run their pods because they are not ready or were
 * deleted; null without permission to read nodes.
 *
 * @throws AdminError as listed at KubernetesClient
 */
export async function lostNodes(
  transport: Transport,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<readonly LostNode[] | null> {
  const read = await nullIfForbidden(() =>
    mapBounded(names, AT_ONCE, (name) => lostNode(transport, name, signal)),
  );
  return read?.filter((node) => node !== null) ?? null;
}

async function lostNode(
  transport: Transport,
  name: string,
  signal: AbortSignal | undefined,
): Promise<LostNode | null> {
  const path = `/api/v1/nodes/${encodeURIComponent(name)}`;
  try {
    const response = await transport.ask(
      { method: 'GET', path, ...(signal ? { signal } : {}) },
      { action: `get node ${name}` },
    );
    return judged(name, await response.json());
  } catch (error) {
    if (!isAdminError(error, 'notFound')) throw error;
    return { name, why: 'it does not exist any more' };
  }
}

function judged(name: string, document: unknown): LostNode | null {
  const { conditions } = objectOf(objectOf(document)['status']);
  const all = Array.isArray(conditions) ? conditions.map(objectOf) : [];
  const ready = all.find(({ type }) => type === 'Ready');
  if (!ready || ready['status'] === 'True') return null;
  const { message, reason } = ready;
  return { name, why: typeof message === 'string' ? message : String(reason ?? 'not ready') };
}
