import { isAlias, isMap, isScalar, Scalar, YAMLMap } from 'yaml';
import { AdminError } from '../errors.ts';
import { type ConfigDocument, nameOf, parseConfig, readConfigText } from './config-document.ts';
import { badConfig } from './config-file.ts';

/** One change of the config file. Keys are dotted and relative to the profile. */
export type ConfigEdit =
  | {
      readonly kind: 'set';
      readonly installation: string;
      readonly key: string;
      readonly value: string | number | boolean;
    }
  | { readonly kind: 'unset'; readonly installation: string; readonly key: string }
  | { readonly kind: 'use'; readonly installation: string }
  | { readonly kind: 'remove'; readonly installation: string };

/** The file to edit. */
export interface EditTarget {
  /** The path of the file, for messages. */
  readonly path: string;
  /** The first lines of a new file: comment lines, each with its `#`. */
  readonly preamble: string;
}

/**
 * Applies an edit to the text of a config file and preserves the rest: comments, order and quotes.
 *
 * @returns the new text; the same text if there is nothing to do
 * @throws AdminError of kind `validation`: BAD_CONFIG if the file has faults and the edit does not
 *   reduce them, CONFIG_WOULD_BREAK, CONFIG_NOT_EDITABLE
 */
export function editConfig(text: string, edit: ConfigEdit, { path, preamble }: EditTarget): string {
  const before = readConfigText(text);
  const start = text.trim() === '' ? `${preamble}${text}` : text;
  const document = parseConfig(start);
  const [broken] = before.findings;
  if (broken && document.errors.length > 0)
    throw badConfig(path, broken, before.findings.length - 1);
  if (isApplied(document, edit)) return text;
  apply(document, edit, path);
  const after = document.toString({ lineWidth: 0, indent: indentOf(text) });
  const { findings } = readConfigText(after);
  if (!isApplied(parseConfig(after), edit)) {
    throw notEditable(`The change cannot be made in ${path}`);
  }
  const [first] = findings;
  // A faulty file can be fixed key by key, so each edit must leave fewer faults.
  if (first && findings.length >= Math.max(1, before.findings.length)) {
    if (broken) throw badConfig(path, broken, before.findings.length - 1);
    throw new AdminError('validation', `${path} would become invalid: ${first.message}`, {
      code: 'CONFIG_WOULD_BREAK',
      hint: ['Nothing was changed.', first.hint].filter(Boolean).join(' '),
    });
  }
  return after;
}

/** Returns whether a profile in the file has a key, which may be an unknown one. */
export function fileHasKey(text: string, installation: string, key: string): boolean {
  return at(parseConfig(text), pathOf({ installation, key })) !== undefined;
}

/** Returns whether the file already has the result of the edit. */
function isApplied(document: ConfigDocument, edit: ConfigEdit): boolean {
  switch (edit.kind) {
    case 'set':
      return at(document, pathOf(edit)) === edit.value;
    case 'unset':
      return at(document, pathOf(edit)) === undefined;
    case 'use':
      return at(document, ['current']) === edit.installation;
    case 'remove':
      return at(document, ['installations', edit.installation]) === undefined;
  }
}

function at(document: ConfigDocument, names: readonly string[]): unknown {
  let value: unknown = document.toJS();
  for (const name of names) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = Reflect.get(value, name);
  }
  return value;
}

function apply(document: ConfigDocument, edit: ConfigEdit, path: string): void {
  if (edit.kind === 'set') set(document, pathOf(edit), edit.value, path);
  else if (edit.kind === 'unset') unset(document, pathOf(edit), path);
  else if (edit.kind === 'use') set(document, ['current'], edit.installation, path);
  else {
    unset(document, ['installations', edit.installation], path);
    if (document.get('current') === edit.installation) unset(document, ['current'], path);
  }
}

function pathOf(edit: { readonly installation: string; readonly key: string }): readonly string[] {
  return ['installations', edit.installation, ...edit.key.split('.')];
}

function set(
  document: ConfigDocument,
  names: readonly string[],
  value: string | number | boolean,
  path: string,
): void {
  const keys = asWritten(document, names, path);
  // Creates missing and empty mappings along the path.
  for (let depth = 0; depth < keys.length; depth += 1) {
    const here = keys.slice(0, depth);
    const node = depth === 0 ? document.contents : document.getIn(here, true);
    if (isMap(node)) {
      if (node.items.length === 0) node.flow = false;
      continue;
    }
    const empty = new YAMLMap(document.schema);
    if (isScalar(node)) empty.comment = node.comment;
    if (depth > 0) document.setIn(here, empty);
    else {
      Reflect.set(document, 'contents', empty);
      document.commentBefore = [document.commentBefore, document.comment]
        .filter(Boolean)
        .join('\n');
      document.comment = null;
    }
  }
  const old = document.getIn(keys, true);
  if (isScalar(old)) {
    old.value = value;
    // The style of the old value does not apply to the new one.
    if (typeof value !== 'string') old.type = Scalar.PLAIN;
    old.format = undefined;
    old.source = undefined;
  } else document.setIn(keys, value);
}

function unset(document: ConfigDocument, names: readonly string[], path: string): void {
  const keys = asWritten(document, names, path);
  document.deleteIn(keys);
  // An empty group is removed; an empty profile is kept.
  const group = keys.slice(0, -1);
  const left = document.getIn(group, true);
  if (group.length > 2 && isMap(left) && left.items.length === 0) document.deleteIn(group);
}

/**
 * Returns the keys with the types that they have in the document, because YAML reads the name `1`
 * as a number. Throws for an alias, because an edit would also change the anchored value.
 */
function asWritten(
  document: ConfigDocument,
  names: readonly string[],
  path: string,
): readonly unknown[] {
  let node: unknown = document.contents;
  return names.map((name, depth) => {
    const pair = isMap(node) ? node.items.find(({ key }) => nameOf(key) === name) : undefined;
    node = pair?.value;
    if (isAlias(node)) {
      throw notEditable(`"${names.slice(0, depth + 1).join('.')}" in ${path} is an alias`);
    }
    return isScalar(pair?.key) ? pair.key.value : name;
  });
}

function notEditable(what: string): AdminError {
  return new AdminError('validation', what, {
    code: 'CONFIG_NOT_EDITABLE',
    hint: 'Nothing was changed: edit the file by hand.',
  });
}

/** Returns the indentation of the file, so that unchanged lines keep theirs. */
function indentOf(text: string): number {
  const spaces = /^( +)[^\s#]/m.exec(text)?.[1]?.length ?? 2;
  return Math.min(8, Math.max(1, spaces));
}
