import type { Diagnosis } from './diagnosis.ts';
import type { Remedy } from './finding.ts';

/** A flag and its value in shell syntax. */
const FLAG = / (--[\w-]+) (?:'[^']*'|\\.|[^\s'\\])+/g;

/** The flags that select the installation, each preceded by a space. */
export interface CommandFlags {
  /** The flags of this program. */
  readonly admin: string;
  readonly kubectl: string;
}

/**
 * Adds the flags that select the installation to a suggested command, so that it can be run
 * unchanged.
 */
export function commandWithTargetFlags(
  command: string,
  { admin: targetFlags, kubectl }: CommandFlags,
): string {
  if (command.startsWith('kubectl ')) return `${command}${kubectl}`;
  if (targetFlags === '' || !command.startsWith('circleci-admin ')) return command;
  // The words after `--` are for another program.
  const [own = '', ...theirs] = command.split(/(?= -- )/);
  // A flag in the command itself takes precedence, because it may correct the given one.
  const flags = targetFlags.replace(FLAG, (flag, name: string) =>
    own.includes(` ${name} `) ? '' : flag,
  );
  return [own, flags, ...theirs].join('');
}

/** Adds the flags that select the installation to the commands of a remedy. */
export function remedyWithTargetFlags(remedy: Remedy, commandFlags: CommandFlags): Remedy {
  return {
    ...remedy,
    commands: remedy.commands.map((command) => commandWithTargetFlags(command, commandFlags)),
  };
}

/** Adds the flags that select the installation to all commands of a diagnosis. */
export function diagnosisWithTargetFlags(
  diagnosis: Diagnosis,
  commandFlags: CommandFlags,
): Diagnosis {
  const { verdict, findings } = diagnosis;
  const { next } = verdict;
  return {
    ...diagnosis,
    verdict: {
      ...verdict,
      next: next === null ? null : commandWithTargetFlags(next, commandFlags),
    },
    findings: findings.map((one) => ({
      ...one,
      remedy: remedyWithTargetFlags(one.remedy, commandFlags),
    })),
  };
}
