import type { NomadAccess } from '../../nomad/model.ts';
import { type Check, failed, notConfigured, ok, skipped, warning } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { blamedWay, type TriedWay, takenWay, tryAll } from '../nomad-ways.ts';

type Needs = Pick<DoctorContext, 'nomadWays'>;

/** The codes of the access methods, in the order in which commands try them. */
export const WAY_CODES: Readonly<Record<NomadAccess, string>> = {
  direct: 'CA0301',
  proxy: 'CA0302',
  'port-forward': 'CA0303',
  exec: 'CA0304',
};

/** The cluster checks that must pass for access through the cluster. */
const CLUSTER = ['CA0205', 'CA0208', 'CA0209', 'CA0212'];

/** CA0301 to CA0304: each configured access method reaches Nomad. */
export const nomadAccess: readonly Check<Needs>[] = [
  wayCheck('direct', 'Nomad can be reached at its address', []),
  wayCheck('proxy', 'Nomad can be reached through the pod proxy', CLUSTER),
  wayCheck('port-forward', 'Nomad can be reached by port-forward', CLUSTER),
  wayCheck('exec', 'Nomad can be reached by its CLI in the pod', CLUSTER),
];

function wayCheck(access: NomadAccess, name: string, after: readonly string[]): Check<Needs> {
  return {
    code: WAY_CODES[access],
    category: 'nomad',
    name,
    needs: ['CA0103'],
    unlessFailed: ['CA0104', ...after],
    async run(context) {
      const known = await context.nomadWays();
      const own = known.find((one) => one.access === access);
      if (!own) return notConfigured('not set up');
      const [way, ways] = await Promise.all([own.tried, tryAll(known)]);
      const { outcome, error } = way;
      const { message = '', hint = 'See: circleci-admin config show' } = error ?? {};
      const taken = takenWay(ways);
      if (outcome === 'works')
        return ok(taken?.access === access ? 'used by commands' : 'fallback');
      if (outcome === 'forbidden') return skipped('not permitted: see CA0209');
      if (taken) return warning(`${message} (commands use ${taken.access})`, hint);
      const blamed = blamedWay(ways);
      if (blamed && blamed.access !== access) return skipped(`see ${WAY_CODES[blamed.access]}`);
      return failed(reasons(ways), hint);
    },
  };
}

/** Explains why no access method works, with the error of each. */
function reasons(ways: readonly TriedWay[]): string {
  const tried = ways.filter(({ outcome }) => outcome === 'failed');
  if (tried.length <= 1) return tried[0]?.error?.message ?? 'Nomad cannot be reached';
  return `Nomad cannot be reached. ${tried.map(({ access, error }) => `${access}: ${error?.message}`).join('; ')}`;
}
