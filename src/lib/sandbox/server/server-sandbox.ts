import { writeFile } from 'node:fs/promises';
import { SandboxHttpServer } from '../http-server.ts';
import { type CertificateRequest, makeCertificates } from '../kubernetes/certificates.ts';
import { type Random, seededRandom } from '../random.ts';
import type { SandboxContext, SandboxService } from '../service.ts';
import type { AccountBook, AccountRecord } from './account-book.ts';
import { type BuildRecord, makeHistory } from './build-history.ts';
import { generatePeople } from './generate-accounts.ts';
import { OutputStorage } from './output-storage.ts';
import { PipelineRoutes, type StartBuild } from './pipeline-routes.ts';
import { RequestCounter } from './request-limit.ts';
import {
  type CertificateSituation,
  DEFAULT_SERVER_USERS,
  type RequestLimit,
  type ServerScenario,
  type ServerUser,
} from './scenario.ts';
import { ServerApi } from './server-api.ts';
import { SettingsBook } from './settings-book.ts';
import type { ServerWorld } from './world.ts';

const DAY_MS = 86_400_000;
const DEFAULT_LIMIT: RequestLimit = { perSecond: 150, atOnce: 300 };
/** Seats are licensed in multiples of this number. */
const SEAT_STEP = 25;

const CERTIFICATES: Readonly<Record<CertificateSituation, CertificateRequest>> = {
  valid: {},
  expired: { notAfter: -DAY_MS },
  expiring: { notAfter: 5 * DAY_MS },
  'other-name': { names: ['circleci.example.com'] },
};

/** Returns the running and waiting builds of the simulated pipeline and Nomad. */
export type BuildSource = () => readonly Omit<BuildRecord, 'login'>[];

/** The web address of an installation: its front page, its APIs, and the storage of step output. */
export class ServerSandbox implements SandboxService {
  readonly name = 'server';
  /** The accounts; removing one here deletes it. */
  readonly accounts: AccountBook;
  readonly settings: SettingsBook;
  readonly #scenario: ServerScenario;
  readonly #tokens: readonly ServerUser[];
  readonly #context: SandboxContext;
  readonly #counter: RequestCounter;
  readonly #random: Random;
  readonly #api: ServerApi;
  readonly #storage: OutputStorage;
  #server: SandboxHttpServer | undefined;

  constructor(
    context: SandboxContext,
    scenario: ServerScenario = {},
    running: BuildSource = () => [],
    startBuild: StartBuild = () => 0,
  ) {
    this.#context = context;
    this.#scenario = scenario;
    this.#tokens = scenario.tokens ?? DEFAULT_SERVER_USERS;
    const now = context.clock.now();
    const { book, builtAt } = generatePeople(scenario, context.random, now);
    this.accounts = book;
    this.settings = new SettingsBook(scenario.settingNames);
    const { limit = DEFAULT_LIMIT } = scenario;
    this.#counter = new RequestCounter(context.clock, limit);
    this.#random = seededRandom(context.random.integer(0, 2 ** 32 - 1));
    // Generated on first use from its own random stream, so that it is always the same.
    const past = seededRandom(context.random.integer(0, 2 ** 32 - 1));
    let history: readonly BuildRecord[] | undefined;
    const licence = licenceOf(scenario, book, now);
    const world: ServerWorld = {
      accounts: book,
      settings: this.settings,
      licence,
      builds: () => {
        history ??= makeHistory(builtAt, past);
        return [...this.#attributed(running(), builtAt), ...history];
      },
    };
    // A separate random stream, so that started builds do not change later generated values.
    const ids = seededRandom(context.random.integer(0, 2 ** 32 - 1));
    const pipelines = new PipelineRoutes(ids, () => context.clock.now(), startBuild);
    const signatures = seededRandom(context.random.integer(0, 2 ** 32 - 1));
    this.#storage = new OutputStorage(context, signatures);
    this.#api = new ServerApi(world, this.#tokens, this.#counter, pipelines, this.#storage);
  }

  /** The loopback port; 0 before {@link start}. */
  get port(): number {
    return this.#server?.port ?? 0;
  }

  /** The scheme, host and port. */
  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Starts to listen, and writes its CA certificate if the scenario requests it. */
  async start(): Promise<void> {
    const { certificate = 'valid', caPath } = this.#scenario;
    const { ca, cert, key } = await makeCertificates(CERTIFICATES[certificate]);
    if (caPath !== undefined) await writeFile(caPath, ca, { mode: 0o600 });
    this.#server = new SandboxHttpServer({
      name: this.name,
      context: this.#context,
      handlers: {
        request: (request, response) => {
          void this.#api.handle(request, response);
        },
      },
      tls: { cert, key },
    });
    await this.#storage.start();
    await this.#server.start();
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    await this.#storage.stop();
  }

  environment(): Readonly<Record<string, string>> {
    const { caPath } = this.#scenario;
    const [first] = this.#tokens;
    return {
      CIRCLE_HOST: this.url,
      ...(first ? { CIRCLE_TOKEN: first.token } : {}),
      ...(caPath === undefined ? {} : { NODE_EXTRA_CA_CERTS: caPath }),
    };
  }

  /**
   * Signs a user in through GitHub; creates the account the first time.
   *
   * @returns the account, or null if it is suspended, which new accounts may be
   */
  signIn(login: string): AccountRecord | null {
    const now = this.#context.clock.now();
    const account =
      this.accounts.find(login) ??
      this.accounts.add({
        login,
        name: null,
        createdAt: now,
        signInCount: 0,
        suspended: this.settings.suspendsNewUsers,
        adminScopes: ['none'],
        signedInAt: null,
      });
    if (account.suspended) return null;
    account.signInCount += 1;
    account.signedInAt = now;
    return account;
  }

  /** Signs in `count` new users; returns their logins. */
  addUsers(count: number): readonly string[] {
    return Array.from({ length: count }, () => {
      const login = `newcomer-${this.#random.hex(8)}`;
      this.signIn(login);
      return login;
    });
  }

  /** Sets the request limit of each user; null for no limit. */
  setLimit(limit: RequestLimit | null): void {
    this.#counter.limit = limit;
  }

  /** Attributes today's builds to users who built today; always the same user for a build. */
  #attributed(
    builds: readonly Omit<BuildRecord, 'login'>[],
    builtAt: ReadonlyMap<string, number>,
  ): readonly BuildRecord[] {
    const newest = Math.max(...builtAt.values());
    const people = [...builtAt].filter(([, at]) => at >= newest - DAY_MS).map(([login]) => login);
    const [nobody = null] = people;
    return builds.map((build) => ({
      ...build,
      login: people[(build.number * 7_919) % people.length] ?? nobody,
    }));
  }
}

function licenceOf(
  { seats, licenceDays = 200 }: ServerScenario,
  book: AccountBook,
  now: Date,
): ServerWorld['licence'] {
  const taken = book.seats().active;
  return {
    seats: seats ?? Math.ceil((taken + 1) / SEAT_STEP) * SEAT_STEP,
    expiresAt: licenceDays === null ? null : new Date(now.getTime() + licenceDays * DAY_MS),
  };
}
