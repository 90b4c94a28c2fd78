import type { Milliseconds } from '../../clock.ts';
import { isAdminError } from '../../errors.ts';
import { formatDuration } from '../../units.ts';
import { type Check, failed, ok, skipped, warning } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { within } from '../within.ts';

/** The header `Date` has whole seconds, and an answer takes a while. */
const SKEW_TOLD: Milliseconds = 5_000;
/** Ages and deadlines are wrong by then, and tokens may count as expired. */
const SKEW_FAILS: Milliseconds = 300_000;
/** That the server is slow is told by its own check. */
const ANSWER_LIMIT: Milliseconds = 5_000;
const OLDEST_NODE = 22;

/** CA0501: whether this machine's clock goes with those of the cluster or the server. */
export const clockSkew: Check<Pick<DoctorContext, 'clock' | 'cluster' | 'server'>> = {
  code: 'CA0501',
  category: 'machine',
  name: 'the clock of this machine is right',
  unlessFailed: ['CA0103', 'CA0203'],
  async run(context) {
    const theirs = (await clusterTime(context)) ?? (await serverTime(context));
    if (theirs === null) return skipped('no service reported its time');
    const skew = context.clock.now().getTime() - theirs.at.getTime();
    const size = Math.abs(skew);
    if (size < SKEW_TOLD) return ok(`matches the clock of ${theirs.whose}`);
    const way = skew > 0 ? 'ahead of' : 'behind';
    const message = `${formatDuration(size)} ${way} the clock of ${theirs.whose}`;
    const hint = 'Enable NTP, for example: timedatectl set-ntp true';
    return size < SKEW_FAILS ? warning(message, hint) : failed(message, hint);
  },
};

/** CA0502: whether this Node is one that the tool is made for. */
export const nodeVersion: Check<Pick<DoctorContext, 'machine'>> = {
  code: 'CA0502',
  category: 'machine',
  name: 'Node.js is new enough',
  async run({ machine }) {
    const version = machine.nodeVersion.replace(/^v/, '');
    if (Number(version.split('.')[0]) >= OLDEST_NODE) return ok(version);
    return failed(
      `${version} is older than ${OLDEST_NODE}`,
      'Install a current version of Node.js.',
    );
  },
};

/** CA0503: whether changes can be written down. Where they cannot, none is made. */
export const auditWritable: Check<Pick<DoctorContext, 'machine'>> = {
  code: 'CA0503',
  category: 'machine',
  name: 'the audit log can be written',
  async run({ machine }) {
    const { auditPath } = machine;
    const reason = await machine.cannotWrite(auditPath);
    if (reason === null) return ok(auditPath);
    const hint =
      'Changes are refused without it. To use another directory, set CIRCLECI_ADMIN_DATA_DIR.';
    return failed(`${auditPath} cannot be written: ${reason}`, hint);
  },
};

interface ToldTime {
  readonly at: Date;
  readonly whose: string;
}

async function clusterTime({ cluster }: Pick<DoctorContext, 'cluster'>): Promise<ToldTime | null> {
  return unlessUnreachable(async () => {
    const at = await (await cluster())?.serverTime();
    return at ? { at, whose: 'the cluster' } : null;
  });
}

async function serverTime(context: Pick<DoctorContext, 'clock' | 'server'>) {
  return unlessUnreachable(async () => {
    const asked = context.server().then((server) => server?.frontPage());
    const at = (await within(asked, context.clock, ANSWER_LIMIT))?.at;
    return at ? { at, whose: 'the server' } : null;
  });
}

/** That somebody cannot be asked is told by the checks of that. */
async function unlessUnreachable(ask: () => Promise<ToldTime | null>): Promise<ToldTime | null> {
  try {
    return await ask();
  } catch (error) {
    if (isAdminError(error)) return null;
    throw error;
  }
}
