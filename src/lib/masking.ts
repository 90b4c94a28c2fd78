/** What stands where a secret stood. */
export const MASK = '[secret]';

/** Shorter strings would mask ordinary words. */
const SHORTEST = 6;

/** Forms that give a secret away wherever they stand, whoever it belongs to. */
const PATTERNS: readonly RegExp[] = [
  /(\b(?:authorization|circle-token|x-nomad-token|x-vault-token)["']?\s*[:=]\s*["']?)(?:(?:bearer|basic|token)\s+)?[^\s"',]+/gi,
  /(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
  /(\/\/[^/\s:@]*:)[^/\s@]+(?=@)/g,
  /(\b[A-Z0-9_]*(?:TOKEN|SECRET|PASSWORD|API_KEY)=)[^\s"']+/g,
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/**
 * Takes secrets out of text. Every message, log line and debug line passes here, at the one place
 * where it is written.
 */
export class Masker {
  readonly #secrets = new Set<string>();

  /** Remembers a secret in the forms in which it may turn up. */
  add(secret: string | null | undefined): void {
    if (!secret || secret.length < SHORTEST) return;
    this.#secrets.add(secret);
    this.#secrets.add(encodeURIComponent(secret));
    this.#secrets.add(Buffer.from(secret).toString('base64'));
    this.#secrets.add(JSON.stringify(secret).slice(1, -1));
  }

  /** The text without any secret in it. */
  mask(text: string): string {
    let masked = text;
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, MASK);
    for (const pattern of PATTERNS) masked = masked.replace(pattern, `$1${MASK}`);
    return masked;
  }
}
