import type { Milliseconds } from '../../clock.ts';

const ISO = /^\s*\[?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,3})\d*)?(Z|[+-]\d\d:?\d\d)?/;
const LEGACY = /^\s*([A-Z][a-z]{2}) ([ \d]?\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?:?([+-]\d{4})/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A record's own time is slightly before the kubelet's. The maximum plausible difference. */
const MAX_DIFFERENCE: Milliseconds = 300_000;

/**
 * Returns when a record was written. Its own time distinguishes records on the same line. If that
 * is far from the kubelet's, it is in another time zone or invalid, and the kubelet's time is used.
 *
 * @param stamped the kubelet's time of the line, RFC 3339; empty if unknown
 */
export function recordMoment(text: string, stamped: string): Date | null {
  const kubelet = stamped === '' ? null : new Date(stamped);
  const own = ownMoment(text, kubelet);
  if (own === null || kubelet === null) return own ?? kubelet;
  return Math.abs(own.getTime() - kubelet.getTime()) <= MAX_DIFFERENCE ? own : kubelet;
}

function ownMoment(text: string, near: Date | null): Date | null {
  const [iso, day, time, fraction = '0', zone = 'Z'] = ISO.exec(text) ?? [];
  if (iso !== undefined) return moment(`${day}T${time}.${fraction.padEnd(3, '0')}`, zone);
  const [legacy, name = '', date = '', clock, part = '0', offset = 'Z'] = LEGACY.exec(text) ?? [];
  // The legacy format has no year.
  if (legacy === undefined || near === null) return null;
  const month = String(MONTHS.indexOf(name) + 1).padStart(2, '0');
  const local = `${near.getUTCFullYear()}-${month}-${date.trim().padStart(2, '0')}`;
  return moment(`${local}T${clock}.${part.padEnd(3, '0')}`, offset);
}

function moment(local: string, zone: string): Date | null {
  const utc = zone === 'Z' ? zone : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const at = new Date(`${local}${utc}`);
  return Number.isNaN(at.getTime()) ? null : at;
}
