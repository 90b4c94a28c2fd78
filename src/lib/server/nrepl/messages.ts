import type { BencodeValue } from './bencode-stream.ts';

/** What an evaluation brings forth, as it does. */
export type ReplEvent =
  /** The printed value of a form; one for each form of the code. */
  | { readonly type: 'value'; readonly text: string; readonly namespace: string | null }
  | { readonly type: 'out'; readonly text: string }
  | { readonly type: 'err'; readonly text: string }
  /** A form threw: its class, and the class of what was at the bottom of it. */
  | { readonly type: 'exception'; readonly exception: string | null; readonly root: string | null }
  /** The last event. */
  | { readonly type: 'done'; readonly interrupted: boolean };

/** A reply of nREPL, as far as it is used. */
export interface Reply {
  readonly id: string | null;
  readonly status: readonly string[];
  readonly newSession: string | null;
  readonly events: readonly ReplEvent[];
}

/** Reads a reply; what it lacks is null, what is not known is left out. */
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
