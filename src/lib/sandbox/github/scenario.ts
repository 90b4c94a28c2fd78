/** The initial state of a simulated GitHub: one organisation and its members. */
export interface GitHubScenario {
  /** Default `acme`. */
  readonly org?: string;
  /** The members' logins. Default: most of the server's accounts, and a few people without one. */
  readonly members?: readonly string[];
  /** Whether it is GitHub Enterprise Server, with the API under `/api/v3`. */
  readonly enterprise?: boolean;
  /** The number of requests per hour and token; 5,000 by default. */
  readonly perHour?: number;
}

/** The token of a member, who sees all members. */
export const GITHUB_MEMBER_TOKEN = 'sandbox-github-member';
/** The token of a member without the scope `read:org`, who sees only public members. */
export const GITHUB_SCOPELESS_TOKEN = 'sandbox-github-scopeless';
/** The token of a non-member, who sees only public members. */
export const GITHUB_OUTSIDER_TOKEN = 'sandbox-github-outsider';
