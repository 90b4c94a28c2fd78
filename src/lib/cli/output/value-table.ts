import { isRecord } from '../../json-value.ts';
import type { RawCell, TableView } from '../../terminal/table.ts';

/** A value of a document and its path, such as `pods.0.labels.app`. */
interface DocumentValue {
  readonly key: string;
  readonly value: RawCell;
}

/** Returns the scalar values of a document as a table of keys and values. */
export function valueTable(document: unknown): TableView<DocumentValue> {
  return {
    columns: [
      { key: 'key', value: ({ key }) => key },
      { key: 'value', value: ({ value }) => value },
    ],
    // Through JSON, so that the values are the same as with --json.
    rows: [...valuesOf(JSON.parse(JSON.stringify(document ?? null)), [])],
  };
}

function* valuesOf(value: unknown, path: readonly string[]): Generator<DocumentValue> {
  if (Array.isArray(value) || isRecord(value)) {
    for (const [key, inner] of Object.entries(value)) yield* valuesOf(inner, [...path, key]);
  } else yield { key: path.join('.'), value: value as RawCell };
}
