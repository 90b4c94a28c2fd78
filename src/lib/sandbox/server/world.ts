import type { AccountBook } from './account-book.ts';
import type { BuildRecord } from './build-history.ts';
import type { SettingsBook } from './settings-book.ts';

/** The state that the routes of the simulated server read and change. */
export interface ServerWorld {
  readonly accounts: AccountBook;
  readonly settings: SettingsBook;
  /** Returns all builds, newest first. */
  builds(): readonly BuildRecord[];
  /** The licensed seats, and when the licence expires. */
  readonly licence: { readonly seats: number; readonly expiresAt: Date | null };
}

/** The answer of a route: a status and a JSON document. */
export interface ServerAnswer {
  readonly status: number;
  readonly document: unknown;
}

/** The parameters of a route. */
export interface ServerRequest {
  /** The decoded path segment after the route, which is the name of an object. */
  readonly name: string;
  readonly query: URLSearchParams;
  /** The parsed JSON body; undefined if there is none. */
  readonly body: unknown;
}
