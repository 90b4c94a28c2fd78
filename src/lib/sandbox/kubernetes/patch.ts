import { isRecord } from '../../json-value.ts';
import { ApiError, badRequest } from './api-error.ts';

/**
 * Applies a JSON patch or a merge patch. A strategic merge patch or an apply patch is treated as a
 * merge patch, which differs only for lists.
 *
 * @throws ApiError 400, and 415 for another format
 */
export function applyPatch(contentType: string, target: unknown, patch: unknown): unknown {
  const form = contentType.split(';')[0] ?? '';
  if (form === 'application/json-patch+json') return jsonPatch(target, patch);
  if (
    form === 'application/merge-patch+json' ||
    form === 'application/strategic-merge-patch+json' ||
    form === 'application/apply-patch+yaml'
  ) {
    return mergePatch(target, patch);
  }
  throw new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml`,
  );
}

/**
 * Applies a merge patch (RFC 7396): null deletes a key, objects are merged, other values replaced.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** Applies a JSON patch (RFC 6902), without `move` and `copy`. */
function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('json patch: not a list of operations');
  let result = structuredClone(target);
  for (const operation of patch) {
    if (!isRecord(operation)) throw badRequest('json patch: not an operation');
    const path = String(operation['path'] ?? '')
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    result = change(result, path, String(operation['op']), operation['value']);
  }
  return result;
}

function change(target: unknown, path: readonly string[], op: string, value: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) {
    if (op === 'test' && JSON.stringify(target) !== JSON.stringify(value)) {
      throw new ApiError(
        422,
        'Invalid',
        'the server rejected our request due to an error in our request',
      );
    }
    return op === 'test' ? target : value;
  }
  if (Array.isArray(target)) {
    const list: unknown[] = [...target];
    const at = head === '-' ? list.length : Number(head);
    if (rest.length > 0 || op === 'replace' || op === 'test') {
      list[at] = change(list[at], rest, op, value);
    } else if (op === 'add') list.splice(at, 0, value);
    else list.splice(at, 1);
    return list;
  }
  if (!isRecord(target)) throw badRequest(`json patch: no such path: ${head}`);
  const object = { ...target };
  if (rest.length === 0 && op === 'remove') delete object[head];
  else object[head] = change(object[head], rest, op, value);
  return object;
}
