import type { NomadAccess } from '../../nomad/model.ts';
import { type Check, failed, notConfigured, ok, skipped, warning } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { type AccessResult, accessResults, failedAccess, usedAccess } from '../nomad-access.ts';

type Needs = Pick<DoctorContext, 'nomadAccess'>;

/** The codes of the access methods, in the order in which commands try them. */
export const ACCESS_CODES: Readonly<Record<NomadAccess, string>> = {
  direct: 'CA0301',
  proxy: 'CA0302',
  'port-forward': 'CA0303',
  exec: 'CA0304',
};

/** The cluster checks that must pass for access through the cluster. */
const CLUSTER = ['CA0205', 'CA0208', 'CA0209', 'CA0212'];

/** CA0301 to CA0304: each configured access method reaches Nomad. */
export const nomadAccess: readonly Check<Needs>[] = [
  accessCheck('direct', 'Nomad can be reached at its address', []),
  accessCheck('proxy', 'Nomad can be reached through the pod proxy', CLUSTER),
  accessCheck('port-forward', 'Nomad can be reached by port-forward', CLUSTER),
  accessCheck('exec', 'Nomad can be reached by its CLI in the pod', CLUSTER),
];

function accessCheck(access: NomadAccess, name: string, after: readonly string[]): Check<Needs> {
  return {
    code: ACCESS_CODES[access],
    category: 'nomad',
    name,
    needs: ['CA0103'],
    unlessFailed: ['CA0104', ...after],
    async run(context) {
      const tests = await context.nomadAccess();
      const test = tests.find((one) => one.access === access);
      if (!test) return notConfigured('not set up');
      const [result, results] = await Promise.all([test.result, accessResults(tests)]);
      const { outcome, error } = result;
      const { message = '', hint = 'See: circleci-admin config show' } = error ?? {};
      const used = usedAccess(results);
      if (outcome === 'works') return ok(used?.access === access ? 'used by commands' : 'fallback');
      if (outcome === 'forbidden') return skipped('not permitted: see CA0209');
      if (used) return warning(`${message} (commands use ${used.access})`, hint);
      const failedMethod = failedAccess(results);
      if (failedMethod && failedMethod.access !== access)
        return skipped(`see ${ACCESS_CODES[failedMethod.access]}`);
      return failed(reasons(results), hint);
    },
  };
}

/** Explains why no access method works, with the error of each. */
function reasons(results: readonly AccessResult[]): string {
  const tried = results.filter(({ outcome }) => outcome === 'failed');
  if (tried.length <= 1) return tried[0]?.error?.message ?? 'Nomad cannot be reached';
  return `Nomad cannot be reached. ${tried.map(({ access, error }) => `${access}: ${error?.message}`).join('; ')}`;
}
