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

/** A problem in the config file and its position. Line and column start at 1. */
export interface ConfigFinding {
  /** The dotted key; null for the whole file. */
  readonly key: string | null;
  readonly message: string;
  readonly hint: string | null;
  readonly line: number;
  readonly column: number;
}

/** The valid part of a config file, and its problems. */
export interface ConfigReading {
  /** The valid part of the file. */
  readonly config: ConfigFile;
  /** Whether the file is valid YAML. */
  readonly readable: boolean;
  readonly findings: readonly ConfigFinding[];
}

/** A YAML document that preserves comments and the order of keys. */
export type ConfigDocument = Document.Parsed<ParsedNode, true>;

/** Parses and checks a config file. Never throws: all findings are returned. */
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
    // The parser throws these for aliases that expand too far and for nesting that is too deep.
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

/** Parses YAML without checking its contents. Syntax errors are in the document's `errors`. */
export function parseConfig(text: string, lineCounter?: LineCounter): ConfigDocument {
  return parseDocument(text, {
    // Pretty errors quote the line of the error, which may contain a secret.
    prettyErrors: false,
    ...(lineCounter ? { lineCounter } : {}),
  }) as ConfigDocument;
}

/** Removes the quoted part of the file from a message of the parser. */
function withoutSource(message: string): string {
  return message.replace(/\s*[:"].*$/s, '');
}

function place(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Returns the offsets of aliases without an anchor. */
function unresolvedAliases(document: ConfigDocument): readonly number[] {
  const offsets: number[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (!alias.resolve(document)) offsets.push(alias.range?.[0] ?? 0);
    },
  });
  return offsets;
}

/** Restores the source text of versions, because YAML reads the version 4.10 as the number 4.1. */
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

/** Returns the offset of the key at a path, or of its closest existing ancestor. */
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

/** Returns the key of a mapping as text, whatever type YAML gives it. */
export function nameOf(key: unknown): string {
  return String(isScalar(key) ? (key.value ?? key.source ?? '') : key);
}
