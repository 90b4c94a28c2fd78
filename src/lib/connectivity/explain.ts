import type { CheckResult } from './check-result.ts';

/** Up to this many places are named in a sentence; more are only counted. */
const MAX_NAMED = 3;

/**
 * Describes the checks that did not succeed, each in a sentence: failures first, then those that
 * were not run. The same result from several places gives one sentence, and each hint appears once.
 */
export function explainChecks(checks: readonly CheckResult[]): readonly string[] {
  const given = new Set<string>();
  return [...explain(checks, 'failed'), ...explain(checks, 'skipped')].map(({ about, hint }) => {
    if (hint === null || given.has(hint)) return about;
    given.add(hint);
    return `${about} ${hint}`;
  });
}

interface Explanation {
  readonly about: string;
  readonly hint: string | null;
}

function explain(
  checks: readonly CheckResult[],
  outcome: CheckResult['outcome'],
): readonly Explanation[] {
  const alike = Map.groupBy(
    checks.filter((one) => one.outcome === outcome),
    ({ check, host, port, meaning, hint }) => [check, host, port, meaning, hint].join('\n'),
  );
  const verb = outcome === 'failed' ? '' : ' not checked';
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { meaning, hint, exitCode } = first;
    const exit = exitCode === null || outcome !== 'failed' ? '' : ` (exit ${exitCode})`;
    const about = `${targetOf(first)}${verb} from ${placesOf(group)}: ${meaning}${exit}.`;
    return [{ about, hint }];
  });
}

function targetOf({ check, host, port }: CheckResult): string {
  if (check === 'exec') return 'exec';
  const at = port === null || host === null ? '' : `:${port}`;
  return host === null ? check : `${check} ${host}${at}`;
}

function placesOf(group: readonly CheckResult[]): string {
  const names = [...new Set(group.map(({ client, service }) => client ?? service ?? ''))];
  if (names.length <= MAX_NAMED) return names.join(', ');
  const clients = group.filter(({ client }) => client !== null).length;
  const nouns = clients === group.length ? 'clients' : clients === 0 ? 'services' : 'places';
  return `${names.length} ${nouns}`;
}
