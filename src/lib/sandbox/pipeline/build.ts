import type { JobRecord } from '../nomad/records.ts';

/** The base URL of the links to builds. */
const WEB_ADDRESS = 'https://circleci.example.com';

/** The names of a build, which are the same in all services. */
export interface BuildName {
  /** 24 hexadecimal digits, as in a Mongo object ID. */
  readonly id: string;
  readonly org: string;
  readonly repo: string;
  readonly number: number;
  /** `HEX24-N-build-ORG-REPO-NUM`. */
  readonly jobId: string;
  readonly url: string;
}

/** Returns the names of a build with a single container. */
export function nameBuild(id: string, org: string, repo: string, number: number): BuildName {
  const jobId = `${id}-0-build-${org}-${repo}-${number}`;
  return { id, org, repo, number, jobId, url: `${WEB_ADDRESS}/gh/${org}/${repo}/${number}` };
}

/** The names of one of a build's parallel tasks, from 0. */
export function nameTask(build: BuildName, task: number): BuildName {
  return { ...build, jobId: build.jobId.replace(/-\d+-build-/, `-${task}-build-`) };
}

/** Returns the build of a job in Nomad; null for a job that belongs to no build. */
export function buildOfJob({ id: jobId, meta }: JobRecord): BuildName | null {
  const id = /^([0-9a-f]{24})-\d+-build-/.exec(jobId)?.[1];
  const url = meta?.['build_url'] ?? '';
  const [, org, repo, number] = /\/gh\/([^/]+)\/([^/]+)\/(\d+)$/.exec(url) ?? [];
  if (id === undefined || org === undefined || repo === undefined) return null;
  return { id, org, repo, number: Number(number), jobId, url };
}
