import type { Diagnosis } from './diagnosis.ts';
import type { Remedy } from './finding.ts';

/** A flag and its value, as a shell reads them. */
const FLAG = / (--[\w-]+) (?:'[^']*'|\\.|[^\s'\\])+/g;

/**
 * A command that is suggested, with the flags that chose the installation: run as it stands, it has
 * to reach the same one.
 *
 * @param place the flags, each with a blank before it
 */
export function placedCommand(command: string, place: string): string {
  if (place === '' || !command.startsWith('circleci-admin ')) return command;
  // Behind a double dash stands what another program is given.
  const [own = '', ...theirs] = command.split(/(?= -- )/);
  // What the command says itself holds: the flag that was given may be what it puts right.
  const flags = place.replace(FLAG, (flag, name: string) =>
    own.includes(` ${name} `) ? '' : flag,
  );
  return [own, flags, ...theirs].join('');
}

/** A remedy whose commands reach the same installation. */
export function placedRemedy(remedy: Remedy, place: string): Remedy {
  return { ...remedy, commands: remedy.commands.map((command) => placedCommand(command, place)) };
}

/** A diagnosis all of whose commands reach the installation that it is about. */
export function placedDiagnosis(diagnosis: Diagnosis, place: string): Diagnosis {
  const { verdict, findings } = diagnosis;
  const { next } = verdict;
  return {
    ...diagnosis,
    verdict: { ...verdict, next: next === null ? null : placedCommand(next, place) },
    findings: findings.map((one) => ({ ...one, remedy: placedRemedy(one.remedy, place) })),
  };
}
