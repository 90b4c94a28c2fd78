/** Prefixes by their exponent: powers of 1,000, or of 1,024 if followed by `i`. */
const POWERS = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/**
 * Parses a Kubernetes quantity (`512Mi`, `1.5G`, `1e9`, `128974848`; apimachinery's
 * resource.Quantity).
 *
 * @returns the number, in bytes for memory; null for an invalid quantity
 */
export function parseQuantity(value: unknown): number | null {
  const [, digits, prefix = '', binary] =
    /^(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(?:(m|[kKMGTPE])(i)?)?$/.exec(String(value ?? '')) ?? [];
  if (digits === undefined) return null;
  const amount = Number(digits);
  if (prefix === 'm') return amount / 1_000;
  return amount * (binary ? 1_024 : 1_000) ** POWERS.indexOf(prefix.toUpperCase());
}
