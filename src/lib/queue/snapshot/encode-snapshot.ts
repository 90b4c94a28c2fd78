import { Masker } from '../../masking.ts';
import { redactLine } from '../../redact-line.ts';
import type { QueueSnapshot } from './snapshot.ts';

/** The `kind` of a saved snapshot. */
export const SNAPSHOT_KIND = 'circleci-admin-queue-snapshot';

/**
 * Encodes a snapshot as a JSON document that can be saved or sent. Secrets are redacted again.
 *
 * @param masker knows the secrets of this installation
 */
export function encodeSnapshot(snapshot: QueueSnapshot, masker: Masker = new Masker()): string {
  const masked = (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? redactLine(masker.mask(value)) : value;
  return `${JSON.stringify({ kind: SNAPSHOT_KIND, ...snapshot }, masked, 2)}\n`;
}
