import type { Entry } from './entry.ts';
import { isOfPipeline } from './namespaces.ts';

/** What is behind this is data. */
const LOOKED_AT = 240;

/** That something was tried and did not work, in whatever words. */
const FAILS =
  /\b(?:unable to|fail(?:ed|s|ing) (?:to|at|with|on)|failure|cannot|can't|could ?n[o']t|couldn't|giv(?:ing|es) up|gave up|refused|timed? ?out|timeout|unreachable|unavailable|not available|no route to host|connection (?:reset|closed|lost)|lost connection|broken pipe|disconnected|rejected|denied|unauthori[sz]ed|forbidden|retry(?:ing)?|(?:http|status|code)(?:[ /]1\.[01])?(?: code| status)?[ =:]+5\d\d)\b/i;
/** The same words in a record that says that there is none of it. */
const WELL =
  /\b(?:no|without|0|zero) (?:\w+ )?(?:errors?|failures?|retries|timeouts?)\b|\b(?:timeout|retr(?:y|ies)|failures?|errors?)["']?[ =:]+(?:0|false|none|nil|\d+ ?m?s)\b|\brecovered\b/i;

/**
 * Whether a record that is no error by its level tells of trouble, and is of a part that carries builds
 * along. Only where builds wait and it is said again and again does that count.
 */
export function tellsOfTrouble({ head, rank }: Entry): boolean {
  if (rank !== 'info' && rank !== 'warn') return false;
  // Later versions tell no name of the part that speaks: of those, warnings alone.
  const own = head.namespace === null ? rank === 'warn' : isOfPipeline(head.namespace);
  if (!own) return false;
  const said = head.message.slice(0, LOOKED_AT);
  return FAILS.test(said) && !WELL.test(said);
}
