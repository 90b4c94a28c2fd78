import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOPICS } from '../src/lib/cli/command-table.ts';
import {
  environmentName,
  sharedFlags,
  WITHOUT_ENVIRONMENT,
} from '../src/lib/cli/flags/shared-flags.ts';
import { commandHelp } from '../src/lib/cli/help/help.ts';
import { EXIT_CODES } from '../src/lib/errors.ts';
import { findingPage } from '../src/lib/queue/finding.ts';
import { RULES } from '../src/lib/queue/rules/index.ts';
import { SCENARIOS } from '../src/lib/sandbox/scenarios/index.ts';
import { sourceCommands } from './source-commands.ts';

/** Writes docs/reference from the commands; with `--check`, fails if it is out of date. */

const REFERENCE = join(import.meta.dirname, '..', 'docs', 'reference');

/** The meaning of each exit code, as shown on the page. */
const MEANINGS: Readonly<Record<keyof typeof EXIT_CODES, string>> = {
  failed: 'Failed, and no code below is more specific.',
  usage: 'Bad arguments, or an ambiguous name. Nothing was changed.',
  unauthorised: 'Credentials are missing, refused, or lack a permission.',
  service: 'A service answered with an error or could not be reached.',
  notFound: 'The named thing does not exist.',
  refused: 'Cancelled, or refused: no terminal to ask on, or a read-only installation.',
  validation: 'The input was read but is not valid.',
  timeout: 'Timed out.',
  findings: 'Checks ran and found problems.',
  partial: 'Partly done: the report says which items failed, or which builds were killed.',
};

async function pages(): Promise<Map<string, string>> {
  const commands = (await sourceCommands()).filter((command) => !command.hidden);
  const made = new Map<string, string>();
  const topics: Readonly<Record<string, string>> = { ...TOPICS, more: 'other commands' };
  for (const [topic, about] of Object.entries(topics)) {
    const inside = commands.filter(({ id }) =>
      topic === 'more' ? !id.includes(':') : id.startsWith(`${topic}:`),
    );
    if (inside.length === 0) continue;
    const blocks = await Promise.all(
      inside.map(async (command) => {
        const name = command.id.replaceAll(':', ' ');
        const help = commandHelp(command, await command.load());
        return `## ${name}\n\n\`\`\`text\n${help}\`\`\`\n`;
      }),
    );
    made.set(`${topic}.md`, `# ${topic}: ${about}\n\n${blocks.join('\n')}`);
  }
  made.set('exit-codes.md', exitCodes());
  made.set('flags.md', flags());
  made.set('queue-findings.md', queueFindings());
  return made;
}

function exitCodes(): string {
  const rows = Object.entries(MEANINGS).map(
    ([kind, meaning]) => `| ${EXIT_CODES[kind as keyof typeof EXIT_CODES]} | ${meaning} |`,
  );
  return [
    '# Exit codes',
    '',
    'Scripts can rely on these codes: they do not change.',
    '',
    '| code | meaning |',
    '| --- | --- |',
    '| 0 | Done. Also when `--force` killed builds as you asked: the report lists them. |',
    ...rows,
    '',
    'Commands that run another program (`nomad cli`, `nomad ssh`, `repl eval`, `sandbox run`) return its own code.',
    '',
    'Ctrl-C and SIGTERM end a command with 6, also one that follows a log; `--watch` and `sandbox start` end with 0. A second signal ends any command at once, with 130 or 143.',
    '',
  ].join('\n');
}

function flags(): string {
  const rows = Object.entries(sharedFlags).map(([name, flag]) => {
    const short = 'char' in flag && flag.char ? `\`-${flag.char}\`, ` : '';
    const variable = WITHOUT_ENVIRONMENT.has(name) ? '' : `\`${environmentName(name)}\``;
    return `| ${short}\`--${name}\` | ${variable} | ${flag.summary ?? ''} |`;
  });
  return [
    '# Flags that every command takes',
    '',
    'A flag overrides its environment variable, which overrides the profile.',
    '',
    '| flag | variable | |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function queueFindings(): string {
  const link = (code: string): string =>
    `[${code}](${findingPage(code).replace(/^docs\//, '../')})`;
  const rules = RULES.map(({ code, name }) => `| ${link(code)} | ${name} |`);
  const scenarios = SCENARIOS.flatMap(({ name, summary, expects }) => {
    if (expects === undefined) return [];
    const found = RULES.find(({ code }) => code === expects);
    const told = found ? `${link(found.code)}: ${found.name}` : 'nothing';
    return [`| \`${name}\` | ${summary} | ${told} |`];
  });
  return [
    '# Findings of troubleshoot queue',
    '',
    'Services have their names of server 3.x. In 4.3 and later, distributor is in place of dispatcher, ' +
      'docker-provisioner in place of schedulerer, and output in place of output-processor.',
    '',
    '| code | what is wrong |',
    '| --- | --- |',
    ...rules,
    '',
    '## Try each',
    '',
    'Scenarios of the sandbox, and the first finding in each. Two at once: `--scenario job-lost+no-capacity`; any of them in another version: `--scenario server-4.3+no-capacity`.',
    '',
    '| scenario | what is wrong | first finding |',
    '| --- | --- | --- |',
    ...scenarios,
    '',
  ].join('\n');
}

/** Written and checked by test/acceptance/json-shapes.test.ts, which runs the commands. */
const PRINTED = 'json.md';

const wanted = await pages();
if (process.argv.includes('--check')) {
  const stale = [...wanted].filter(([name, text]) => read(join(REFERENCE, name)) !== text);
  const extra = readdirSync(REFERENCE).filter((name) => !wanted.has(name) && name !== PRINTED);
  if (stale.length + extra.length > 0) {
    const names = [...stale.map(([name]) => name), ...extra];
    console.error(`docs/reference is out of date (${names.join(', ')}): npm run docs`);
    process.exit(1);
  }
  console.log(`docs/reference: ${wanted.size} pages are up to date`);
} else {
  mkdirSync(REFERENCE, { recursive: true });
  for (const name of readdirSync(REFERENCE)) {
    if (name !== PRINTED) rmSync(join(REFERENCE, name));
  }
  for (const [name, text] of wanted) writeFileSync(join(REFERENCE, name), text);
  console.log(`docs/reference: wrote ${wanted.size} pages`);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
