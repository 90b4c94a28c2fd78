import { Masker } from '../../masking.ts';
import { redactLine } from '../../redact-line.ts';
import type { QueueSnapshot } from './snapshot.ts';

/** What a saved snapshot says that it is. */
export const SNAPSHOT_KIND = 'circleci-admin-queue-snapshot';

/**
 * A snapshot as one JSON document, to be kept or sent to somebody. Secrets are taken out once more.
 *
 * @param masker knows the secrets of this installation
 */
export function encodeSnapshot(snapshot: QueueSnapshot, masker: Masker = new Masker()): string {
  const masked = (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? redactLine(masker.mask(value)) : value;
  return `${JSON.stringify({ kind: SNAPSHOT_KIND, ...snapshot }, masked, 2)}\n`;
}
