import type { AccountBook } from './account-book.ts';
import type { BuildRecord } from './build-history.ts';
import type { SettingsBook } from './settings-book.ts';

/** What the routes of the simulated server answer from. */
export interface ServerWorld {
  readonly accounts: AccountBook;
  readonly settings: SettingsBook;
  /** Every build, newest first. */
  builds(): readonly BuildRecord[];
  /** Licensed seats, and when the licence runs out. */
  readonly licence: { readonly seats: number; readonly expiresAt: Date | null };
}

/** An answer: a status and a JSON document. */
export interface ServerAnswer {
  readonly status: number;
  readonly document: unknown;
}

/** What a route is given. */
export interface ServerRequest {
  /** What stood in the path where the route has a name; decoded. */
  readonly name: string;
  readonly query: URLSearchParams;
  /** The JSON that came; undefined where none did. */
  readonly body: unknown;
}
