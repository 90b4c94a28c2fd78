import type { Milliseconds } from '../../clock.ts';
import { isAdminError } from '../../errors.ts';
import { formatDuration } from '../../units.ts';
import { type Check, failed, ok, skipped, warning } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { within } from '../within.ts';

/** The `Date` header has whole seconds, and a response takes time. */
const WARNING_SKEW: Milliseconds = 5_000;
/** With such a skew, ages and deadlines are wrong and tokens may count as expired. */
const FAILURE_SKEW: Milliseconds = 300_000;
/** Short, because another check reports a slow server. */
const FRONT_PAGE_LIMIT: Milliseconds = 5_000;
const OLDEST_NODE = 22;

/** CA0501: this machine's clock agrees with that of the cluster or the server. */
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
    if (size < WARNING_SKEW) return ok(`matches the clock of ${theirs.whose}`);
    const direction = skew > 0 ? 'ahead of' : 'behind';
    const message = `${formatDuration(size)} ${direction} the clock of ${theirs.whose}`;
    const hint = 'Enable NTP, for example: timedatectl set-ntp true';
    return size < FAILURE_SKEW ? warning(message, hint) : failed(message, hint);
  },
};

/** CA0502: the Node.js version is supported. */
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

/** CA0503: the audit log can be written. Otherwise every change is refused. */
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

interface ReportedTime {
  readonly at: Date;
  readonly whose: string;
}

async function clusterTime({
  cluster,
}: Pick<DoctorContext, 'cluster'>): Promise<ReportedTime | null> {
  return unlessUnreachable(async () => {
    const at = await (await cluster())?.serverTime();
    return at ? { at, whose: 'the cluster' } : null;
  });
}

async function serverTime(context: Pick<DoctorContext, 'clock' | 'server'>) {
  return unlessUnreachable(async () => {
    const frontPage = context.server().then((server) => server?.frontPage());
    const at = (await within(frontPage, context.clock, FRONT_PAGE_LIMIT))?.at;
    return at ? { at, whose: 'the server' } : null;
  });
}

/** Ignores an unreachable service: its own check reports it. */
async function unlessUnreachable(
  read: () => Promise<ReportedTime | null>,
): Promise<ReportedTime | null> {
  try {
    return await read();
  } catch (error) {
    if (isAdminError(error)) return null;
    throw error;
  }
}
