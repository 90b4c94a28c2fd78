import type { BuildRecord } from './build-history.ts';

/** A step of a simulated job. */
export interface StepScript {
  readonly number: number;
  readonly name: string;
  /** The command from the configuration; null for the agent's own steps. */
  readonly command: string | null;
  /** The output in chunks as the agent sends them; null for none. */
  readonly output: readonly string[] | null;
}

/** A cache of a repository, with its size; the one of `mobile-app` is too large. */
interface CacheScript {
  readonly restoreName: string;
  readonly key: string;
  readonly path: string;
  /** The size as the agent prints it; null if there is no cache yet. */
  readonly size: string | null;
}

const CACHES: Readonly<Record<string, CacheScript>> = {
  'mobile-app': {
    restoreName: 'Fetch pods',
    key: 'pods-v3-Xq0bT1mYcVd2kRz8oWnJ5g==',
    path: '/home/circleci/project/ios/Pods',
    size: '620 MiB',
  },
  'payments-api': {
    restoreName: 'Restoring cache',
    key: 'gradle-v1-9hQkLr2SgU0aZp7mVxE3tw==',
    path: '/home/circleci/.gradle',
    size: null,
  },
};

const DEFAULT_SCRIPT: CacheScript = {
  restoreName: 'Restoring cache',
  key: 'yarn-v2-e9cX1Vj6JCCGWLDOuWSzyi==',
  path: '/home/circleci/.cache/yarn',
  size: '107 MiB',
};

/** Returns the steps that a build has started, according to its status. */
export function stepsOf({ org, repo, number, status }: BuildRecord): readonly StepScript[] {
  if (status === 'queued' || status === 'scheduled') return [];
  const cache = CACHES[repo] ?? DEFAULT_SCRIPT;
  const before = [
    agent(0, 'Spin up environment', ['Build-agent version 1.0.48219\n', 'Starting container\n']),
    agent(99, 'Preparing environment variables', [
      'Using build environment variables:\n  CI=true\n',
    ]),
    ran(101, 'Checkout code', `git clone git@github.com:${org}/${repo}.git .`, [
      'Cloning into .\n',
    ]),
    agent(102, cache.restoreName, restored(cache, number)),
    ran(103, 'Install dependencies', 'make install', ['Size: 900 MiB\n', 'done\n']),
  ];
  if (status === 'running') return before;
  return [
    ...before,
    agent(104, 'Saving cache', saved(cache)),
    ran(105, 'Run tests', 'make test', null),
  ];
}

function agent(number: number, name: string, output: readonly string[]): StepScript {
  return { number, name, command: null, output };
}

function ran(
  number: number,
  name: string,
  command: string,
  output: readonly string[] | null,
): StepScript {
  return { number, name, command, output };
}

/** Returns the output of restore_cache; the chunks end where the agent's buffer was full. */
function restored({ key, path, size }: CacheScript, number: number): readonly string[] {
  if (size === null) return [`No cache is found for key: ${key}\n`];
  return [
    `Found a cache from build ${Math.max(number - 1, 1)} at ${key}\nSi`,
    `ze: ${size}\nCached paths:\n  * ${path}\n\n`,
    'Downloading cache archive...\nValidating cache...\n\nUnarchiving cache...\n',
  ];
}

function saved({ key, path, size }: CacheScript): readonly string[] {
  if (size !== null) {
    return [
      `Skipping cache generation, cache already exists for key: ${key}\nFound one created at 2026-02-20 04:22:47 +0000 UTC\n`,
    ];
  }
  return [
    'Creating cache archive...\n',
    `Uploading cache archive...\nStored Cache to ${key}\n  * ${path}\n`,
    'Total size uploaded: 226 MiB\n',
  ];
}
