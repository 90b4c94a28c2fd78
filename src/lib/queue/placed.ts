import type { Diagnosis } from './diagnosis.ts';
import type { Remedy } from './finding.ts';

/** A flag and its value, as a shell reads them. */
const FLAG = / (--[\w-]+) (?:'[^']*'|\\.|[^\s'\\])+/g;

/** The flags that lead to the installation; each flag has a blank before it. */
export interface Place {
  /** Those of this program. */
  readonly admin: string;
  readonly kubectl: string;
}

/** A suggested command with the flags that lead to the installation, so that it runs as it stands. */
export function placedCommand(command: string, { admin: place, kubectl }: Place): string {
  if (command.startsWith('kubectl ')) return `${command}${kubectl}`;
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
export function placedRemedy(remedy: Remedy, place: Place): Remedy {
  return { ...remedy, commands: remedy.commands.map((command) => placedCommand(command, place)) };
}

/** A diagnosis all of whose commands reach the installation that it is about. */
export function placedDiagnosis(diagnosis: Diagnosis, place: Place): Diagnosis {
  const { verdict, findings } = diagnosis;
  const { next } = verdict;
  return {
    ...diagnosis,
    verdict: { ...verdict, next: next === null ? null : placedCommand(next, place) },
    findings: findings.map((one) => ({ ...one, remedy: placedRemedy(one.remedy, place) })),
  };
}
