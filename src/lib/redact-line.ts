import { MASK, Masker } from './masking.ts';

/** A cheap prefilter that matches every line that one of the patterns below could change. */
const SUSPICIOUS =
  /token|secret|passw|pwd|api[_-]?key|access[_-]?key|private|credential|authorization|bearer|basic |\/\/[^\s/"']*@|AKIA|ASIA|gh[pousr]_|github_pat_|eyJ|xox|hvs\./i;

/** Values that are not secrets. */
const PLAIN = String.raw`(?:nil|null|none|true|false|undefined)\b`;
/** The end of a key whose value is a secret, such as `CIRCLE_TOKEN` or `"db-password"`. */
const KEY = String.raw`(?<![\w.-])[\w.-]*(?:token|secret|password|passwd|pwd|api[_-]?key|access[_-]?key(?:[_-]?id)?|private[_-]?key|secret[_-]?key|credentials?)`;

const PATTERNS: readonly RegExp[] = [
  // "password": "...", also with escaped quotes.
  new RegExp(String.raw`(${KEY}\\?["']\s*:\s*\\?["'])(?!\s*\\?["'])(?:\\\\.|[^"'\\])+`, 'gi'),
  // :password "...", as Clojure prints it.
  new RegExp(String.raw`(:${KEY}\s+\\?")(?:\\\\.|[^"\\])+`, 'gi'),
  // password="...", password: ..., CIRCLE_TOKEN=...
  new RegExp(String.raw`(${KEY}\s*=\s*\\?["']?)(?!${PLAIN})[^\s"',;&})\\]+`, 'gi'),
  new RegExp(String.raw`(${KEY}:\s+\\?["']?)(?!${PLAIN})[^\s"',;&})\\]+`, 'gi'),
];

/** Credentials with a recognizable format, whatever precedes them. */
const SHAPES: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_\w{20,}/g,
  /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/g,
  /\bxox[abprs]-[\w-]{10,}/g,
  /\bhvs\.[\w-]{20,}/g,
  /(?<=:\/\/)[^\s/:@]{16,}(?=@)/g,
];

const FORMS = new Masker();
const PEM_BEGIN = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const PEM_END = /-----END [A-Z ]*PRIVATE KEY-----/;
/** The number of lines to redact after a BEGIN without an END; longer than any private key. */
const PEM_LINES = 120;

/** Replaces the secrets in a log line that can be recognized by their format or context. */
export function redactLine(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  let redacted = FORMS.mask(text);
  for (const pattern of PATTERNS) redacted = redacted.replace(pattern, `$1${MASK}`);
  for (const shape of SHAPES) redacted = redacted.replace(shape, MASK);
  return redacted;
}

/** Redacts one log line by line, including private keys that span several lines. */
export class LineRedactor {
  readonly #masker: Masker;
  #keyLines = 0;

  /** @param masker holds the registered secrets of the installation */
  constructor(masker: Masker) {
    this.#masker = masker;
  }

  redact(text: string): string {
    if (this.#keyLines > 0) {
      this.#keyLines = PEM_END.test(text) ? 0 : this.#keyLines - 1;
      return MASK;
    }
    if (PEM_BEGIN.test(text) && !PEM_END.test(text)) this.#keyLines = PEM_LINES;
    return redactLine(this.#masker.mask(text));
  }
}
