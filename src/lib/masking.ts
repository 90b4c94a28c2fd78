/** The text that replaces a secret. */
export const MASK = '[secret]';

/** The minimum length of a registered secret; masking shorter ones would hide ordinary words. */
const MIN_LENGTH = 6;

/** Patterns that identify a secret by its context, for secrets that were not registered. */
const PATTERNS: readonly RegExp[] = [
  /(\b(?:authorization|circle-token|x-nomad-token|x-vault-token)["']?\s*[:=]\s*["']?)(?:(?:bearer|basic|token)\s+)?[^\s"',]+/gi,
  /(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
  /(\/\/[^/\s:@]*:)[^/\s@]+(?=@)/g,
  /(\b[A-Z0-9_]*(?:TOKEN|SECRET|PASSWORD|API_KEY)=)[^\s"']+/g,
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/**
 * Replaces secrets in text. Every message, log line and debug line goes through a masker at the
 * single place where output is written.
 */
export class Masker {
  readonly #secrets = new Set<string>();

  /** Registers a secret, also in its URL-encoded, Base64 and JSON-escaped forms. */
  add(secret: string | null | undefined): void {
    if (!secret || secret.length < MIN_LENGTH) return;
    this.#secrets.add(secret);
    this.#secrets.add(encodeURIComponent(secret));
    this.#secrets.add(Buffer.from(secret).toString('base64'));
    this.#secrets.add(JSON.stringify(secret).slice(1, -1));
  }

  /** Returns the text with every secret replaced by {@link MASK}. */
  mask(text: string): string {
    let masked = text;
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, MASK);
    for (const pattern of PATTERNS) masked = masked.replace(pattern, `$1${MASK}`);
    return masked;
  }
}
