import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { checkConfig } from './check-config.ts';
import { type ConfigFile, EMPTY_CONFIG } from './profile.ts';

/** A fault of the config file and where it stands; line and column count from 1. */
export interface ConfigFinding {
  /** Dotted; null where the file as a whole is meant. */
  readonly key: string | null;
  readonly message: string;
  readonly hint: string | null;
  readonly line: number;
  readonly column: number;
}

/** What the text of a config file says, and everything that is wrong with it. */
export interface ConfigReading {
  /** What is right of it. */
  readonly config: ConfigFile;
  /** Whether it is YAML at all. */
  readonly readable: boolean;
  readonly findings: readonly ConfigFinding[];
}

/** A YAML document that keeps comments and the order of keys. */
export type ConfigDocument = Document.Parsed<ParsedNode, true>;

/** Reads the text of a config file. Nothing is thrown: all findings are told at once. */
export function readConfigText(text: string): ConfigReading {
  const lines = new LineCounter();
  try {
    const document = parseConfig(text, lines);
    const broken = [
      ...document.errors.map(({ message, pos }) => ({
        message: `not valid YAML: ${withoutSource(message)}`,
        hint: null,
        ...place(lines, pos[0]),
      })),
      ...unresolvedAliases(document).map((offset) => ({
        message: 'not valid YAML: an alias has no anchor above it',
        hint: 'Put a value that starts with * in quotes.',
        ...place(lines, offset),
      })),
    ];
    if (broken.length > 0) return unreadable(broken);
    versionsAsWritten(document);
    const { config, faults } = checkConfig(document.toJS());
    return {
      config,
      readable: true,
      findings: faults.map(({ path, message, hint }) => ({
        key: path.length > 0 ? path.join('.') : null,
        message,
        hint,
        ...place(lines, locate(document, path)),
      })),
    };
  } catch (error) {
    // Aliases that multiply and brackets without end are refused by the parser with errors of its own.
    if (!(error instanceof ReferenceError || error instanceof RangeError)) throw error;
    const message = 'the file is nested too deep, or its aliases expand too far';
    return unreadable([{ message, hint: null, line: 1, column: 1 }]);
  }
}

function unreadable(findings: readonly Omit<ConfigFinding, 'key'>[]): ConfigReading {
  return {
    config: EMPTY_CONFIG,
    readable: false,
    findings: findings.map((finding) => ({ key: null, ...finding })),
  };
}

/** Parses without judging. Syntax errors are in the document's `errors`. */
export function parseConfig(text: string, lineCounter?: LineCounter): ConfigDocument {
  return parseDocument(text, {
    // Pretty errors quote the line that they are about, and that line may hold a secret.
    prettyErrors: false,
    ...(lineCounter ? { lineCounter } : {}),
  }) as ConfigDocument;
}

/** What the parser says, without the piece of the file that it quotes. */
function withoutSource(message: string): string {
  return message.replace(/\s*[:"].*$/s, '');
}

function place(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Where aliases stand that mean nothing. */
function unresolvedAliases(document: ConfigDocument): readonly number[] {
  const offsets: number[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (!alias.resolve(document)) offsets.push(alias.range?.[0] ?? 0);
    },
  });
  return offsets;
}

/** YAML takes the version 4.10 for the number 4.1: what stands in the file is what counts. */
function versionsAsWritten(document: ConfigDocument): void {
  const installations = child(document, document.contents, 'installations');
  for (const { value } of installations?.items ?? []) {
    const profile = resolved(document, value);
    const version = profile?.get('version', true);
    if (isScalar(version) && typeof version.value === 'number') {
      version.value = version.source ?? String(version.value);
    }
  }
}

/** Where the key stands that the path leads to, or the last one on the way. */
function locate(document: ConfigDocument, path: readonly string[]): number {
  let node: unknown = document.contents;
  let at = (document.contents as Node | null)?.range?.[0] ?? 0;
  for (const word of path) {
    const pair = resolved(document, node)?.items.find(({ key }) => nameOf(key) === word);
    if (!pair) return at;
    at = (pair.key as Node | null)?.range?.[0] ?? at;
    node = pair.value;
  }
  return at;
}

function child(document: ConfigDocument, node: unknown, name: string): YAMLMap | undefined {
  const pair = resolved(document, node)?.items.find(({ key }) => nameOf(key) === name);
  return resolved(document, pair?.value);
}

function resolved(document: ConfigDocument, node: unknown): YAMLMap | undefined {
  const target = isAlias(node) ? node.resolve(document) : node;
  return isMap(target) ? target : undefined;
}

/** The name of a key of a mapping, whatever YAML takes it for. */
export function nameOf(key: unknown): string {
  return String(isScalar(key) ? (key.value ?? key.source ?? '') : key);
}
