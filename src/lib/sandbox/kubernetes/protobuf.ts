/** The fields of a protobuf message: field number to values. */
type Fields = ReadonlyMap<number, readonly Buffer[]>;

/** The prefix of every protobuf body of Kubernetes. */
const MAGIC = Buffer.from('k8s\0');

/**
 * Parses an access review that newer versions of kubectl send as protobuf; undefined for any other
 * message. The field numbers are from apimachinery's runtime.Unknown and
 * k8s.io/api/authorization/v1.
 */
export function readProtobufReview(body: Buffer): Record<string, unknown> | undefined {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const envelope = fields(body.subarray(MAGIC.length));
  const kind = text(fields(first(envelope, 1)), 2);
  const spec = fields(first(fields(first(envelope, 2)), 2));
  if (kind === 'SelfSubjectRulesReview') return { kind, spec: { namespace: text(spec, 1) } };
  if (kind !== 'SelfSubjectAccessReview') return undefined;
  if (spec.has(1)) {
    const names = ['namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'];
    return { kind, spec: { resourceAttributes: texts(fields(first(spec, 1)), names) } };
  }
  return { kind, spec: { nonResourceAttributes: texts(fields(first(spec, 2)), ['path', 'verb']) } };
}

/** Returns the named string fields of a message, numbered from 1; omits empty ones. */
function texts(message: Fields, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const value = text(message, index + 1);
    if (value !== '') found[name] = value;
  }
  return found;
}

function text(message: Fields, number: number): string {
  return first(message, number).toString();
}

function first(message: Fields, number: number): Buffer {
  return message.get(number)?.[0] ?? Buffer.alloc(0);
}

/** Parses a message; keeps length-delimited fields and skips others. */
function fields(message: Buffer): Fields {
  const found = new Map<number, Buffer[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; at < message.length; shift += 7) {
      const byte = message[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < message.length) {
    const tag = varint();
    const wire = tag & 7;
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else {
      const length = varint();
      const number = tag >>> 3;
      found.set(number, [...(found.get(number) ?? []), message.subarray(at, at + length)]);
      at += length;
    }
  }
  return found;
}
