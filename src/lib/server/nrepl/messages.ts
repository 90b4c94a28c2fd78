import type { BencodeValue } from './bencode-stream.ts';

/** An event of an evaluation. */
export type ReplEvent =
  /** The printed value of a form; the code yields one for each of its forms. */
  | { readonly type: 'value'; readonly text: string; readonly namespace: string | null }
  | { readonly type: 'out'; readonly text: string }
  | { readonly type: 'err'; readonly text: string }
  /** A form threw an exception: its class, and the class of its root cause. */
  | { readonly type: 'exception'; readonly exception: string | null; readonly root: string | null }
  /** The last event. */
  | { readonly type: 'done'; readonly interrupted: boolean };

/** The fields of an nREPL reply that are used. */
export interface Reply {
  readonly id: string | null;
  readonly status: readonly string[];
  readonly newSession: string | null;
  readonly events: readonly ReplEvent[];
}

/** Decodes a reply; missing fields are null, unknown fields are ignored. */
export function decodeReply(value: BencodeValue): Reply {
  const message = new Map<string, BencodeValue>(
    typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : [],
  );
  const text = (key: string): string | null => textOf(message.get(key));
  const said = message.get('status');
  const list: readonly BencodeValue[] = Array.isArray(said) ? said : [];
  const status = list.filter((one) => typeof one === 'string');
  return {
    id: text('id'),
    status,
    newSession: text('new-session'),
    events: [...eventsOf(text, status)],
  };
}

function* eventsOf(
  text: (key: string) => string | null,
  status: readonly string[],
): Generator<ReplEvent> {
  const [out, err, value] = [text('out'), text('err'), text('value')];
  if (out !== null) yield { type: 'out', text: out };
  if (err !== null) yield { type: 'err', text: err };
  if (value !== null) yield { type: 'value', text: value, namespace: text('ns') };
  if (status.includes('eval-error')) {
    yield { type: 'exception', exception: text('ex'), root: text('root-ex') };
  }
  if (status.includes('done')) {
    yield { type: 'done', interrupted: status.includes('interrupted') };
  }
}

function textOf(value: BencodeValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
