/** What a text says of builds. */
export interface NamedBuilds {
  /** Keys as of {@link buildKey}, each once, in the order in which they come. */
  readonly keys: readonly string[];
  /** All that may be IDs of builds: 24 hexadecimal digits, as a Mongo object ID. Each once. */
  readonly buildIds: readonly string[];
  /** Which of the IDs the text itself ties to which key. */
  readonly joined: readonly (readonly [buildId: string, key: string])[];
}

/** `HEX24-N-build-ORG-REPO-NUM` and `HEX24-N-build-ORG/REPO/NUM`. Found by the word in its middle. */
const TASK_NAME =
  /(?<=\b(?<id>[0-9a-f]{24})-\d+)-build-(?<slug>[\w./-]+?)[-/](?<number>\d+)(?![\w/-])/g;
/** `/gh/ORG/REPO/NUM`, also of the API; the number behind `/pipelines/...` is the pipeline's. */
const BUILD_URL =
  /(?<!\/pipelines)\/(?:gh|github|bb|bitbucket)\/(?<slug>[\w.-]+\/[\w.-]+)\/(?:jobs?\/)?(?<number>\d+)(?![\w-])/gi;
/** `/pipelines/github/ORG/REPO/PIPELINE/workflows/UUID/jobs/NUM`. */
const JOB_URL =
  /\/pipelines\/(?:gh|github|bb|bitbucket)\/(?<slug>[\w.-]+\/[\w.-]+)\/[\w/-]*?\/jobs\/(?<number>\d+)(?![\w-])/gi;
/** `org/repo/number` as a word of its own. Found by its number and read backwards: that is rare in a log. */
const BARE =
  /(?<=(?:^|[^\w./:@-])(?<slug>[A-Za-z0-9][\w.-]*\/[\w.-]+)\/)(?<number>\d+)(?![\w/-]|\.\w)/g;
/** Of a Mongo object ID. */
const ID_LENGTH = 24;
const WORD = /\w/;
const LABELLED_ID = /\bbuild[-_ ]?id["']?\s*[=: ]\s*["']?(?<id>[0-9a-f]{24})\b/i;
/** Three words with slashes between them are a build only where it is about one. */
const ABOUT_BUILDS = /build|queue|job|task|dispatch|workflow/i;

const NOTHING: NamedBuilds = { keys: [], buildIds: [], joined: [] };

/** One name for a build, however its project is written: `acme/web` and `acme-web` are the same. */
export function buildKey(slugOrProject: string, number: number): string {
  return `${slugOrProject.replaceAll('/', '-')}-${number}`.toLowerCase();
}

/** Finds the builds that a text names. */
export function keysIn(text: string): NamedBuilds {
  const buildIds = idsIn(text);
  const keys = new Set<string>();
  const joined = new Map<string, string>();
  if (buildIds.length > 0 && text.includes('-build-')) {
    for (const { groups } of text.matchAll(TASK_NAME)) {
      const key = keyOf(groups);
      keys.add(key);
      joined.set(groups?.['id'] ?? '', key);
    }
  }
  if (/\/\d/.test(text)) for (const key of keysOfPaths(text)) keys.add(key);
  const [only] = keys;
  if (only === undefined) return buildIds.length === 0 ? NOTHING : { ...NOTHING, buildIds };
  // Several IDs, or several builds: what belongs to what is only known where it is said.
  const id = LABELLED_ID.exec(text)?.groups?.['id'] ?? soleOf(buildIds);
  if (keys.size === 1 && id !== null && !joined.has(id)) joined.set(id, only);
  return { keys: [...keys], buildIds, joined: [...joined] };
}

/**
 * Words of as many hexadecimal digits as an ID has, each once. One in so many characters is looked at, of
 * which an ID cannot miss every one: most lines of a log hold none, and are told by a few looks.
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

/** `0` to `9` and `a` to `f`. */
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
    // A task name is looked for elsewhere; `2021/01/20` is a day.
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
