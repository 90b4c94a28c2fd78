/** A simulated GitHub, as data: one organisation and its members. */
export interface GitHubScenario {
  /** Default `acme`. */
  readonly org?: string;
  /** Logins. Default: most of the server's accounts, and a few people that it does not know. */
  readonly members?: readonly string[];
  /** GitHub Enterprise Server: the API is under `/api/v3`. */
  readonly enterprise?: boolean;
  /** Requests that a token has in an hour: 5,000. */
  readonly perHour?: number;
}

/** Token of a member, who sees every member. */
export const GITHUB_MEMBER_TOKEN = 'sandbox-github-member';
/** Token of a member without the scope `read:org`, who sees public members alone. */
export const GITHUB_SCOPELESS_TOKEN = 'sandbox-github-scopeless';
/** Token of somebody else: GitHub shows him the members who show themselves to everybody. */
export const GITHUB_OUTSIDER_TOKEN = 'sandbox-github-outsider';
