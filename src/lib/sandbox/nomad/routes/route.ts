import type { ServerResponse } from 'node:http';
import type { Answer, ApiRequest } from '../api-request.ts';

/** An endpoint of the HTTP API. */
export type Route = {
  /** Matches the whole path; its capture groups become the request's captures. */
  readonly pattern: RegExp;
} & (
  | {
      /** A query of the state, which may block and needs a leader unless it allows stale data. */
      readonly kind: 'query';
      readonly answer: (request: ApiRequest) => Answer;
    }
  | {
      /** Answered by the agent itself, with or without a leader. */
      readonly kind: 'agent';
      /** Whether it is allowed without a token. */
      readonly open?: boolean;
      readonly answer: (request: ApiRequest) => Answer;
    }
  | {
      /** A change, by PUT, POST or DELETE. */
      readonly kind: 'write';
      readonly methods: readonly string[];
      readonly answer: (request: ApiRequest) => Answer;
    }
  | {
      /** Writes its response itself until the client disconnects. */
      readonly kind: 'stream';
      readonly serve: (request: ApiRequest, response: ServerResponse) => Promise<void>;
    }
);

/** Returns the decoded path segment of a capture group, such as an ID. */
export function segment(request: ApiRequest, at: number): string {
  return request.captures[at] ?? '';
}
