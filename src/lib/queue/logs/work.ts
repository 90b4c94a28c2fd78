import type { Stage } from '../stages.ts';
import type { Entry } from './entry.ts';
import { isOfPipeline } from './namespaces.ts';

/** What a healthy record says about the processing of a build. */
export interface Work {
  /** The stage received a build. */
  readonly begins: boolean;
  /** The stage finished with a build and passed it on. */
  readonly ends: boolean;
}

/** The number of characters examined; longer messages have whole tasks appended. */
const EXAMINED_LENGTH = 160;
const NOUN = /\b(?:builds?|tasks?|jobs?|usage[- ]queue|run[- ]queue|nomad)\b/i;
const BEGINS =
  /\b(?:got|gets|received|receiving|took|taken|popped|picked|fetched|dequeued|consumed|pulled|claimed|accepted)\b/i;
const PROGRESS_WORDS =
  /\b(?:forward|publish|post|submit|dispatch|schedul|comput|process|start|finish|complet|send|hand|pass|us)(?:ed|ing|s)?\b|\bsent\b/i;
/** Wordings about the service itself when it starts, stops or connects. */
const ABOUT_SERVICE =
  /\b(?:(?:dis|re)?connect\w*|subscri\w*|listen\w*|consumers?|shut\w*|threads?|pool)\b/i;
const NEGATED = /\b(?:not|never|fail\w*|could|cannot|can't|unable|will|to be|waiting|about to)\b/i;

/**
 * The wordings with which each stage reports that it finished with a build, in the operations guide
 * and others.
 */
const ENDS: Readonly<Record<Stage, RegExp>> = {
  'legacy-dispatcher':
    /\b(?:forwarded|sent|handed|passed|moved|pushed|delivered|relayed|transferred|placed|put|enqueued|published)\b/i,
  dispatcher:
    /\b(?:computed|calculated|derived|generated|prepared|produced|created|split|dispatched|published|sent|handed|forwarded|enqueued|planned|worked out)\b.*\btasks?\b|\btasks?\b.*\b(?:computed|calculated|derived|generated|prepared|produced|created|dispatched|published|sent|handed|forwarded|enqueued|planned|ready|worked out)\b/i,
  schedulerer:
    /\b(?:posted|submitted|registered|sent|handed|given|delivered|enqueued|dispatched|accepted|acknowledged|took|taken|created|scheduled|placed|passed|pushed)\b.*\bnomad\b|\bnomad\b.*\b(?:posted|submitted|registered|received|delivered|dispatched|accepted|acknowledged|accepts|took|has|created|scheduled|placed|ok)\b/i,
  'output-processor':
    /\b(?:finished|completed|stored|saved|updated|processed|ended|done|closed|recorded|written|delivered|published)\b/i,
};

/** Returns the message without the data behind it. */
function examinedText({ head: { message } }: Entry): string {
  const end = message.indexOf(';');
  return message.slice(0, end === -1 ? EXAMINED_LENGTH : Math.min(end, EXAMINED_LENGTH));
}

/** Returns what a healthy record says about the processing of a build; null if it says nothing. */
export function workIn(entry: Entry, stage: Stage): Work | null {
  const namesBuild = entry.named.keys.length + entry.named.buildIds.length > 0;
  if (!namesBuild && !isOfPipeline(entry.head.namespace)) return null;
  const text = examinedText(entry);
  const begins = BEGINS.test(text);
  const ends = ENDS[stage].test(text) && !NEGATED.test(text);
  if (namesBuild) return { begins, ends };
  if (!NOUN.test(text) || ABOUT_SERVICE.test(text)) return null;
  return begins || ends || PROGRESS_WORDS.test(text) ? { begins, ends } : null;
}
