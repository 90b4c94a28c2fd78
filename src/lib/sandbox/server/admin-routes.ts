import { objectOrNull } from '../../json-value.ts';
import type { AccountRecord } from './account-book.ts';
import type { BuildRecord } from './build-history.ts';
import { settingFault } from './settings-book.ts';
import type { ServerAnswer, ServerRequest, ServerWorld } from './world.ts';

type Route = (world: ServerWorld, request: ServerRequest) => ServerAnswer;

/** The endpoints under `/api/v1/admin`, by method and first segment of the path. */
export const ADMIN_ROUTES: Readonly<Record<string, Route>> = {
  'GET users': (world) => ok(world.accounts.all().map(accountDocument)),
  'POST user': changeAccount,
  'GET settings': (world) => ok(world.settings.all()),
  'POST setting': changeSetting,
  'GET licensing': (world) => ok(licensing(world)),
  'GET build-state': (world) =>
    ok(
      world
        .builds()
        .filter(({ status }) => status === 'running')
        .map(buildDocument),
    ),
  // CircleCI Server 3.x has no builders, because Nomad clients replaced them.
  'GET build-state-summary': () => ok({ builders: [] }),
  'GET build-system-summary': (world) => ok(buildSystem(world)),
  'GET recent-builds': (world, request) => ok(recentBuilds(world, request.query)),
  'GET projects': (world) => ok(projects(world)),
};

function ok(document: unknown): ServerAnswer {
  return { status: 200, document };
}

function refused(status: number, message: unknown): ServerAnswer {
  return { status, document: { message } };
}

function changeAccount({ accounts }: ServerWorld, { name, body }: ServerRequest): ServerAnswer {
  const account = accounts.find(name);
  if (!account) return refused(404, 'User not found');
  const fields = objectOrNull(body);
  const { suspended, admin } = fields ?? {};
  if (typeof suspended === 'boolean') account.suspended = suspended;
  else if (typeof admin === 'string' && Object.hasOwn(SCOPES, admin)) {
    account.adminScopes = SCOPES[admin] ?? [];
  } else return refused(400, 'Nothing that can be changed');
  return ok(accountDocument(account));
}

/** The stored scopes for each choice on the web page; every account has `none`. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  'write-settings': ['none', 'write-settings'],
  'read-settings': ['none', 'read-settings'],
  none: ['none'],
};

function changeSetting({ settings }: ServerWorld, { name, body }: ServerRequest): ServerAnswer {
  const setting = settings.find(name);
  if (!setting) return refused(404, 'Setting not found');
  const fault = settingFault(setting, body);
  if (fault !== undefined) return refused(400, { error: fault, setting });
  setting.value = body as boolean | number | string;
  return ok(setting);
}

function accountDocument(account: AccountRecord): unknown {
  const { login, name, signInCount, suspended, adminScopes, createdAt, signedInAt } = account;
  return {
    login,
    name,
    sign_in_count: signInCount,
    suspended,
    admin_scopes: adminScopes,
    basic_email_prefs: 'smart',
    created_at: createdAt,
    current_sign_in_at: signedInAt,
  };
}

function licensing({ accounts, licence }: ServerWorld): unknown {
  const { active, suspended, inactive } = accounts.seats();
  return {
    license_expiration: licence.expiresAt,
    licensed_seats: licence.seats,
    active_seats: active,
    suspended_seats: suspended,
    inactive_seats: inactive,
    requested_seats: 0,
  };
}

function buildSystem(world: ServerWorld): unknown {
  const count = (status: BuildRecord['status']): unknown => {
    const builds = world.builds().filter((build) => build.status === status).length;
    return { builds, containers: builds };
  };
  return {
    usage_queue: count('queued'),
    run_queue: count('scheduled'),
    running: count('running'),
  };
}

/** The maximum number of builds per response, whatever the requested limit. */
const MAX_BUILDS = 100;
const DEFAULT_BUILDS = 30;

function recentBuilds(world: ServerWorld, query: URLSearchParams): readonly unknown[] {
  const wanted = query.get('status')?.split(',');
  const found = wanted
    ? world.builds().filter(({ status }) => wanted.includes(status))
    : world.builds();
  const ordered = query.get('order') === 'asc' ? found.toReversed() : found;
  const offset = wholeNumber(query.get('offset'), 0);
  const limit = Math.min(wholeNumber(query.get('limit'), DEFAULT_BUILDS), MAX_BUILDS);
  return ordered.slice(offset, offset + limit).map(buildDocument);
}

function wholeNumber(text: string | null, otherwise: number): number {
  return text !== null && /^\d+$/.test(text) ? Number(text) : otherwise;
}

function buildDocument(build: BuildRecord): unknown {
  const { org, repo, number, status, login, queuedAt, startedAt, stoppedAt } = build;
  const ended = stoppedAt !== null;
  return {
    vcs_url: `https://github.com/${org}/${repo}`,
    build_url: `https://circleci.example.com/gh/${org}/${repo}/${number}`,
    build_num: number,
    username: org,
    reponame: repo,
    branch: 'main',
    why: login === null ? 'schedule' : 'github',
    status,
    outcome: ended ? status : null,
    lifecycle: ended ? 'finished' : status,
    user: login === null ? null : { login, name: null, is_user: true },
    usage_queued_at: new Date(queuedAt),
    queued_at: new Date(queuedAt),
    start_time: moment(startedAt),
    stop_time: moment(stoppedAt),
    build_time_millis: ended && startedAt !== null ? stoppedAt - startedAt : null,
    parallel: build.parallel ?? 1,
  };
}

function moment(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

function projects(world: ServerWorld): readonly unknown[] {
  const names = new Set(world.builds().map(({ org, repo }) => `${org}/${repo}`));
  return [...names].sort().map((slug) => {
    const [username, reponame] = slug.split('/');
    return { username, reponame, vcs_type: 'github', vcs_url: `https://github.com/${slug}` };
  });
}
