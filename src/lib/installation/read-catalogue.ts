import { AdminError } from '../errors.ts';
import { isFileMissing } from '../file-problem.ts';
import { arrayOf, objectOf, objectOrNull, textOf, wordOf } from '../json-value.ts';
import { readFile } from '../read-file.ts';
import { type Catalogue, makeCatalogue } from '../services/catalogue.ts';
import { SEVERITY_ORDER, type Service } from '../services/service.ts';
import type { Settings } from './settings.ts';

/**
 * Returns the services of an installation: the known ones, changed by the services file of the
 * profile. The file is a YAML list. Each entry has a `name` and the fields that differ from the
 * known service of that name (`workloads`, `labels`, `role`, `impact`, `severity`, `external`,
 * ...).
 *
 * @throws AdminError `notFound` SERVICES_FILE_NOT_FOUND, `validation` BAD_SERVICES_FILE
 */
export async function readCatalogue({ services }: Pick<Settings, 'services'>): Promise<Catalogue> {
  if (services.file === null) return makeCatalogue([], services.external);
  const known = makeCatalogue();
  const entries = await readEntries(services.file);
  const own = entries.map((entry) => serviceOf(entry, known));
  const external = entries.flatMap((entry) =>
    entry['external'] === true ? String(entry['name']) : [],
  );
  return makeCatalogue(own, [...services.external, ...external]);
}

type Entry = Readonly<Record<string, unknown>>;

async function readEntries(file: string): Promise<readonly Entry[]> {
  const { parse } = await import('yaml');
  let document: unknown;
  try {
    document = parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (isFileMissing(error)) {
      throw new AdminError('notFound', `The services file ${file} does not exist`, {
        code: 'SERVICES_FILE_NOT_FOUND',
        hint: 'The profile sets its path: circleci-admin config show',
        cause: error,
      });
    }
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw bad(file, reason ?? '');
  }
  const list = Array.isArray(document) ? document : objectOf(document)['services'];
  if (!Array.isArray(list)) throw bad(file, 'it is not a list of services');
  return list.map((item, at) => {
    const entry = objectOrNull(item);
    if (entry === null || textOf(entry['name']) === null) {
      throw bad(file, `entry ${at + 1} has no name`);
    }
    return entry;
  });
}

function bad(file: string, reason: string): AdminError {
  return new AdminError('validation', `The services file ${file} cannot be used: ${reason}`, {
    code: 'BAD_SERVICES_FILE',
    hint: 'It must be a YAML list: - {name: scheduler, workloads: [my-scheduler], labels: [app=my]}',
  });
}

function serviceOf(entry: Entry, known: Catalogue): Service {
  const name = String(entry['name']);
  const base: Service = known.services.find((service) => service.name === name) ?? {
    name,
    role: 'unknown',
    impact: null,
    severity: 'unknown',
    externalisable: null,
    since: '3.0',
  };
  const texts = (key: string): readonly string[] | null => {
    const values = arrayOf(entry[key]).flatMap((value) => textOf(value) ?? []);
    return values.length > 0 ? values : null;
  };
  const [workloads, labels, neededBy] = [texts('workloads'), texts('labels'), texts('neededBy')];
  return {
    ...base,
    role: textOf(entry['role']) ?? base.role,
    impact: textOf(entry['impact']) ?? base.impact,
    severity: wordOf(entry['severity'], SEVERITY_ORDER) ?? base.severity,
    ...(workloads ? { workloads } : {}),
    ...(labels ? { labels } : {}),
    ...(neededBy ? { neededBy } : {}),
    ...(entry['losesBuilds'] === true ? { losesBuilds: true } : {}),
    ...(entry['startUpOnly'] === true ? { startUpOnly: true } : {}),
  };
}
