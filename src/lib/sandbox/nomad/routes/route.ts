import type { ServerResponse } from 'node:http';
import type { Answer, ApiRequest } from '../api-request.ts';

/** One endpoint. */
export type Route = {
  /** Matches the whole path; its groups become the request's captures. */
  readonly pattern: RegExp;
} & (
  | {
      /** A query of the state: it may block, and needs a leader unless it asks for stale data. */
      readonly kind: 'query';
      readonly answer: (request: ApiRequest) => Answer;
    }
  | {
      /** Answered by the agent itself, leader or not. */
      readonly kind: 'agent';
      /** Whether access control leaves it alone. */
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
      /** Writes its own answer until the client goes away. */
      readonly kind: 'stream';
      readonly serve: (request: ApiRequest, response: ServerResponse) => Promise<void>;
    }
);

/** The ID in a path: what stands between two slashes, decoded. */
export function segment(request: ApiRequest, at: number): string {
  return request.captures[at] ?? '';
}
