/** The builds named in a text. */
export interface NamedBuilds {
  /** The keys, as returned by {@link buildKey}, without duplicates and in order of appearance. */
  readonly keys: readonly string[];
  /** All possible build IDs, without duplicates: 24 hexadecimal digits, as in a Mongo object ID. */
  readonly buildIds: readonly string[];
  /** The IDs that the text associates with a key. */
  readonly joined: readonly (readonly [buildId: string, key: string])[];
  /** The parallel tasks that it names, from 0, each with the key of its build. */
  readonly tasks: readonly (readonly [key: string, task: number])[];
}

/**
 * `HEX24-N-build-ORG-REPO-NUM` or `HEX24-N-build-ORG/REPO/NUM`. For speed, the search starts at
 * `-build-`.
 */
const TASK_NAME =
  /(?<=\b(?<id>[0-9a-f]{24})-(?<task>\d+))-build-(?<slug>[\w./-]+?)[-/](?<number>\d+)(?![\w/-])/g;
/**
 * `/gh/ORG/REPO/NUM`, also in API URLs. A number after `/pipelines/...` is the pipeline's number.
 */
const BUILD_URL =
  /(?<!\/pipelines)\/(?:gh|github|bb|bitbucket)\/(?<slug>[\w.-]+\/[\w.-]+)\/(?:jobs?\/)?(?<number>\d+)(?![\w-])/gi;
/** `/pipelines/github/ORG/REPO/PIPELINE/workflows/UUID/jobs/NUM`. */
const JOB_URL =
  /\/pipelines\/(?:gh|github|bb|bitbucket)\/(?<slug>[\w.-]+\/[\w.-]+)\/[\w/-]*?\/jobs\/(?<number>\d+)(?![\w-])/gi;
/**
 * `org/repo/number` as a separate word. For speed, the search starts at the number, which is rare
 * in a log, and looks backwards.
 */
const BARE =
  /(?<=(?:^|[^\w./:@-])(?<slug>[A-Za-z0-9][\w.-]*\/[\w.-]+)\/)(?<number>\d+)(?![\w/-]|\.\w)/g;
/** The length of a Mongo object ID. */
const ID_LENGTH = 24;
const WORD = /\w/;
const LABELLED_ID = /\bbuild[-_ ]?id["']?\s*[=: ]\s*["']?(?<id>[0-9a-f]{24})\b/i;
/** Three words separated by slashes are a build only in a text that matches this. */
const ABOUT_BUILDS = /build|queue|job|task|dispatch|workflow/i;

const NOTHING: NamedBuilds = { keys: [], buildIds: [], joined: [], tasks: [] };

/** Returns a key for a build that is the same for `acme/web` and `acme-web`. */
export function buildKey(slugOrProject: string, number: number): string {
  return `${slugOrProject.replaceAll('/', '-')}-${number}`.toLowerCase();
}

/** Finds the builds named in a text. */
export function keysIn(text: string): NamedBuilds {
  const buildIds = idsIn(text);
  const keys = new Set<string>();
  const joined = new Map<string, string>();
  const tasks: [string, number][] = [];
  if (buildIds.length > 0 && text.includes('-build-')) {
    for (const { groups } of text.matchAll(TASK_NAME)) {
      const key = keyOf(groups);
      keys.add(key);
      joined.set(groups?.['id'] ?? '', key);
      tasks.push([key, Number(groups?.['task'] ?? 0)]);
    }
  }
  if (/\/\d/.test(text)) for (const key of keysOfPaths(text)) keys.add(key);
  const [only] = keys;
  if (only === undefined) return buildIds.length === 0 ? NOTHING : { ...NOTHING, buildIds };
  // With several IDs or several builds, the text must say which ID belongs to which build.
  const id = LABELLED_ID.exec(text)?.groups?.['id'] ?? soleOf(buildIds);
  if (keys.size === 1 && id !== null && !joined.has(id)) joined.set(id, only);
  return { keys: [...keys], buildIds, joined: [...joined], tasks };
}

/**
 * Finds words with exactly 24 hexadecimal digits, without duplicates. Only every 24th character is
 * examined, because an ID must include one of them. Most log lines contain no ID and are skipped
 * quickly.
 */
function idsIn(text: string): readonly string[] {
  const found = new Set<string>();
  for (let at = ID_LENGTH - 1; at < text.length; at += ID_LENGTH) {
    let from = at;
    while (at - from < ID_LENGTH && isHexDigit(text.charCodeAt(from))) from -= 1;
    let to = at + 1;
    while (to - from <= ID_LENGTH && isHexDigit(text.charCodeAt(to))) to += 1;
    if (to - from !== ID_LENGTH + 1) continue;
    const isWord = !WORD.test(text.charAt(from)) && !WORD.test(text.charAt(to));
    if (isWord) found.add(text.slice(from + 1, to));
  }
  return [...found];
}

/** Returns whether a character code is `0` to `9` or `a` to `f`. */
function isHexDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102);
}

function* keysOfPaths(text: string): Generator<string> {
  if (/\/(?:gh|github|bb|bitbucket)\//i.test(text)) {
    for (const { groups } of text.matchAll(BUILD_URL)) yield keyOf(groups);
    if (text.includes('/pipelines/')) {
      for (const { groups } of text.matchAll(JOB_URL)) yield keyOf(groups);
    }
  }
  for (const { groups } of text.matchAll(BARE)) {
    const org = groups?.['slug']?.split('/')[0] ?? '';
    // Task names are matched by TASK_NAME; `2021/01/20` is a date.
    if (/^\d+$/.test(org) || /^[0-9a-f]{24}-/i.test(org)) continue;
    if (ABOUT_BUILDS.test(text)) yield keyOf(groups);
  }
}

function keyOf(groups: Readonly<Record<string, string>> | undefined): string {
  return buildKey(groups?.['slug'] ?? '', Number(groups?.['number'] ?? 0));
}

function soleOf(ids: readonly string[]): string | null {
  return ids.length === 1 ? (ids[0] ?? null) : null;
}
