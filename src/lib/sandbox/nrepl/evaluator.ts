import { type Form, keyword, printForm } from './forms.ts';

/** The accounts of the simulated server, as the REPL accesses them. */
export interface NreplUsers {
  all(): readonly { readonly login: string }[];
  /** Removes an account; returns whether it existed. */
  remove(login: string): boolean;
}

/** An exception in an evaluation. */
export class ClojureError extends Error {
  /** The class of the exception. */
  readonly exception: string;
  /** What the REPL prints for the exception. */
  readonly printed: string;

  constructor(exception: string, message: string, printed?: string) {
    super(message);
    this.exception = exception;
    const name = exception.split('.').at(-1) ?? exception;
    const kind = name === 'Exception' ? '' : ` (${name})`;
    this.printed = printed ?? `Execution error${kind} at user/eval1 (REPL:1).\n${message}\n`;
  }
}

/** The environment of an evaluation. */
export interface EvaluationContext {
  readonly users: NreplUsers;
  /**
   * The functions that this version of the server lacks; in `throwing`, those that throw, with
   * their messages.
   */
  readonly missing: readonly string[];
  readonly throwing: Readonly<Record<string, string>>;
  readonly definitions: Map<string, Form>;
  print(text: string): void;
  /** Rejects if the evaluation is interrupted. */
  sleep(ms: number): Promise<void>;
}

type Apply = (values: readonly Form[], around: EvaluationContext) => Form | Promise<Form>;

/** The server functions that the operations guide uses. */
const SERVER: Readonly<Record<string, Apply>> = {
  'circle.model.user/where': (_, { users }) =>
    list(
      users
        .all()
        .map(({ login }) => ({ kind: 'map', entries: [[keyword('login'), login]] as const })),
    ),
  'circle.http.api.admin-commands.user/delete-by-login-vcs-type!': ([login], { users }) => {
    if (typeof login !== 'string') throw new ClojureError('java.lang.AssertionError', 'no login');
    users.remove(login);
    return null;
  },
};

const CORE: Readonly<Record<string, Apply>> = {
  '+': (values) => numbers(values).reduce((sum, value) => sum + value, 0),
  '-': ([first, ...rest]) => numbers(rest).reduce((left, value) => left - value, Number(first)),
  '*': (values) => numbers(values).reduce((product, value) => product * value, 1),
  '/': ([first, ...rest]) => numbers(rest).reduce(divide, Number(first)),
  'some?': ([value]) => value !== null,
  count: ([value]) => itemsOf(value).length,
  str: (values) => values.map(plain).join(''),
  map: ([key, value]) => list(itemsOf(value).map((item) => lookUp(item, key))),
  println: (values, { print }) => {
    print(`${values.map(plain).join(' ')}\n`);
    return null;
  },
  'Exception.': ([message]) => `java.lang.Exception: ${plain(message ?? null)}`,
  throw: ([exception]) => {
    const [, name = '', message = ''] =
      /^([\w.]+): ([\s\S]*)$/.exec(plain(exception ?? null)) ?? [];
    throw new ClojureError(name, message);
  },
  'Thread/sleep': async ([ms], { sleep }) => {
    await sleep(Number(ms));
    return null;
  },
};

/**
 * Evaluates a form with a small part of clojure.core and the server functions that the operations
 * guide uses.
 *
 * @throws ClojureError
 */
export async function evaluate(form: Form, around: EvaluationContext): Promise<Form> {
  if (form === null || typeof form !== 'object' || form.kind === 'keyword') return form;
  if (form.kind === 'symbol') return valueOfSymbol(form.name, around);
  if (form.kind === 'vector') {
    return { kind: 'vector', items: await evaluateAll(form.items, around) };
  }
  if (form.kind === 'map') {
    const values = await evaluateAll(form.entries.flat(), around);
    const entries = form.entries.map(
      (_, at) => [values[2 * at] ?? null, values[2 * at + 1] ?? null] as const,
    );
    return { kind: 'map', entries };
  }
  return evaluateCall(form.items, around);
}

async function evaluateCall(items: readonly Form[], around: EvaluationContext): Promise<Form> {
  const [head, ...rest] = items;
  if (head === undefined) return list([]);
  const name = nameOf(head);
  if (name === 'quote') return rest[0] ?? null;
  if (name === 'def') {
    around.definitions.set(nameOf(rest[0] ?? null) ?? '', await evaluate(rest[1] ?? null, around));
    return { kind: 'symbol', name: `#'user/${nameOf(rest[0] ?? null)}` };
  }
  if (name === 'do') return (await evaluateAll(rest, around)).at(-1) ?? null;
  const values = await evaluateAll(rest, around);
  if (name === 'resolve') return resolved(nameOf(values[0] ?? null) ?? '', around);
  const message = name === null ? undefined : around.throwing[name];
  if (message !== undefined) throw new ClojureError('java.lang.Exception', message);
  const apply = name === null ? undefined : functionOf(name, around);
  if (apply) return apply(values, around);
  throw unresolved(name ?? printForm(head));
}

async function evaluateAll(
  forms: readonly Form[],
  around: EvaluationContext,
): Promise<readonly Form[]> {
  const values: Form[] = [];
  for (const form of forms) values.push(await evaluate(form, around));
  return values;
}

function functionOf(name: string, { missing }: EvaluationContext): Apply | undefined {
  if (missing.includes(name)) return undefined;
  if (Object.hasOwn(CORE, name)) return CORE[name];
  return Object.hasOwn(SERVER, name) ? SERVER[name] : undefined;
}

function resolved(name: string, around: EvaluationContext): Form {
  return functionOf(name, around) ? { kind: 'symbol', name: `#'${name}` } : null;
}

function valueOfSymbol(name: string, around: EvaluationContext): Form {
  const defined = around.definitions.get(name);
  if (defined !== undefined) return defined;
  throw unresolved(name);
}

function unresolved(name: string): ClojureError {
  const [namespace] = name.split('/');
  const message =
    name.includes('/') && name !== '/'
      ? `No such namespace: ${namespace}`
      : `Unable to resolve symbol: ${name} in this context`;
  return new ClojureError(
    'clojure.lang.Compiler$CompilerException',
    message,
    `Syntax error compiling at (REPL:1:1).\n${message}\n`,
  );
}

function divide(left: number, right: number): number {
  if (right === 0) throw new ClojureError('java.lang.ArithmeticException', 'Divide by zero');
  return left / right;
}

function numbers(values: readonly Form[]): readonly number[] {
  return values.map((value) => {
    if (typeof value === 'number') return value;
    throw new ClojureError('java.lang.ClassCastException', `${printForm(value)} is no number`);
  });
}

function lookUp(item: Form, key: Form | undefined): Form {
  if (item === null || typeof item !== 'object' || item.kind !== 'map') return null;
  const wanted = printForm(key ?? null);
  return item.entries.find(([name]) => printForm(name) === wanted)?.[1] ?? null;
}

function itemsOf(value: Form | undefined): readonly Form[] {
  return typeof value === 'object' && value !== null && 'items' in value ? value.items : [];
}

function nameOf(form: Form): string | null {
  return typeof form === 'object' && form !== null && form.kind === 'symbol' ? form.name : null;
}

function plain(form: Form): string {
  if (form === null) return '';
  return typeof form === 'string' ? form : printForm(form);
}

function list(items: readonly Form[]): Form {
  return { kind: 'list', items };
}
