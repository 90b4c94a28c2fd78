/** Prefixes by the power of 1,000, or of 1,024 with an `i` behind them, that they stand for. */
const POWERS = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/**
 * Reads a quantity as Kubernetes writes it (`512Mi`, `1.5G`, `1e9`, `128974848`; apimachinery's
 * resource.Quantity).
 *
 * @returns the number, such as bytes; null for what is none
 */
export function parseQuantity(value: unknown): number | null {
  const [, digits, prefix = '', binary] =
    /^(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(?:(m|[kKMGTPE])(i)?)?$/.exec(String(value ?? '')) ?? [];
  if (digits === undefined) return null;
  const amount = Number(digits);
  if (prefix === 'm') return amount / 1_000;
  return amount * (binary ? 1_024 : 1_000) ** POWERS.indexOf(prefix.toUpperCase());
}
