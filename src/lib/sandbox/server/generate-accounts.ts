import type { Random } from '../random.ts';
import { AccountBook, type AccountRecord } from './account-book.ts';
import { DEFAULT_SERVER_USERS, type ServerScenario } from './scenario.ts';

const DAY_MS = 86_400_000;
const DEFAULT_USERS = 40;

/** The accounts of a scenario, and the time of each one's last build. */
export interface People {
  readonly book: AccountBook;
  /** The time of the newest build in milliseconds since the epoch, by login. */
  readonly builtAt: ReadonlyMap<string, number>;
}

const FIRST_NAMES =
  'Ada Amir Ana Bela Carlos Chen Dana Elif Emre Farah Femi Grace Hiro Ines Ivan Jana Jonas Kofi Lena Luis Maja Mei Nadia Noor Olga Omar Paula Priya Rafael Rosa Sami Sofia Tariq Tomas Uma Vera Wei Yusuf Zoe'.split(
    ' ',
  );
const LAST_NAMES =
  'Adeyemi Ahmed Berg Brandt Castro Costa Diaz Dubois Eriksen Fischer Garcia Haddad Horvat Ito Jansen Kaya Keller Kim Kowalski Larsen Lopez Mensah Moreau Novak Okafor Olsen Patel Petrov Rossi Sato Schmidt Silva Singh Suzuki Tanaka Toth Vargas Weber Wong Yilmaz'.split(
    ' ',
  );

/** A usage pattern, with the percentage of people who have it. */
interface Habit {
  readonly share: number;
  readonly suspended: boolean;
  readonly signsIn: boolean;
  /** Days since the last sign-in, as a range. */
  readonly signedIn: readonly [number, number];
  /** Days since the newest build, as a range; null for people who start no builds. */
  readonly built: readonly [number, number] | null;
}

const HABITS: readonly Habit[] = [
  { share: 64, suspended: false, signsIn: true, signedIn: [0, 14], built: [0, 10] },
  // People who push every day and never open the web page.
  { share: 10, suspended: false, signsIn: true, signedIn: [60, 300], built: [0, 6] },
  { share: 10, suspended: false, signsIn: true, signedIn: [45, 400], built: [40, 120] },
  { share: 4, suspended: false, signsIn: true, signedIn: [45, 400], built: null },
  { share: 6, suspended: true, signsIn: true, signedIn: [20, 500], built: [50, 200] },
  { share: 4, suspended: false, signsIn: false, signedIn: [0, 0], built: null },
  { share: 2, suspended: true, signsIn: false, signedIn: [0, 0], built: null },
];

/** Creates the accounts that a scenario names, and generates more up to the requested number. */
export function generatePeople(scenario: ServerScenario, random: Random, now: Date): People {
  const book = new AccountBook();
  const builtAt = new Map<string, number>();
  const ago = (days: number): Date => new Date(now.getTime() - days * DAY_MS);
  for (const { login, name, adminScopes } of scenario.tokens ?? DEFAULT_SERVER_USERS) {
    const signedInAt = ago(0.1);
    const createdAt = ago(700);
    book.add({
      login,
      name,
      adminScopes,
      createdAt,
      signedInAt,
      signInCount: 25,
      suspended: false,
    });
    builtAt.set(login, ago(0.2).getTime());
  }
  for (const spec of scenario.accounts ?? []) {
    const signInCount = spec.signInCount ?? 1;
    const days = spec.signedInDaysAgo ?? 0;
    book.add({
      login: spec.login,
      name: spec.name ?? null,
      createdAt: ago(days + 300),
      signInCount,
      suspended: spec.suspended ?? false,
      adminScopes: spec.adminScopes ?? ['none'],
      signedInAt: signInCount === 0 ? null : ago(days),
    });
    if (spec.builtDaysAgo !== undefined) {
      builtAt.set(spec.login, ago(spec.builtDaysAgo).getTime());
    }
  }
  // Generated accounts do not depend on the number of named accounts.
  while (book.size < (scenario.users ?? DEFAULT_USERS)) {
    const habit = habitOf(random);
    const account = book.add(person(book, habit, random, ago));
    const built = habit.built && ago(between(random, habit.built)).getTime();
    if (built !== null) builtAt.set(account.login, built);
  }
  return { book, builtAt };
}

function person(
  book: AccountBook,
  habit: Habit,
  random: Random,
  ago: (days: number) => Date,
): AccountRecord {
  const [first, last] = [random.pick(FIRST_NAMES), random.pick(LAST_NAMES)];
  const days = between(random, habit.signedIn);
  return {
    login: freeLogin(book, first.toLowerCase(), last.toLowerCase(), random),
    // Some people have no name on GitHub.
    name: random.integer(1, 12) === 1 ? null : `${first} ${last}`,
    createdAt: ago(days + random.integer(1, 900)),
    signInCount: habit.signsIn ? random.integer(1, 120) : 0,
    suspended: habit.suspended,
    adminScopes: ['none'],
    signedInAt: habit.signsIn ? ago(days) : null,
  };
}

function freeLogin(book: AccountBook, first: string, last: string, random: Random): string {
  const form = random.pick([`${first}-${last}`, `${first.charAt(0)}${last}`, `${first}${last}`]);
  for (let number = 1; ; number += 1) {
    const login = number === 1 ? form : `${form}${number}`;
    if (!book.find(login)) return login;
  }
}

function habitOf(random: Random): Habit {
  let left = random.integer(1, 100);
  for (const habit of HABITS) {
    left -= habit.share;
    if (left <= 0) return habit;
  }
  throw new Error('the shares of habits make a hundred');
}

function between(random: Random, [from, to]: readonly [number, number]): number {
  return from + random.next() * (to - from);
}
