import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The root directory below which Debian's packages have put the jars; CI unpacks them into its own.
 */
const ROOT = process.env['CLOJURE_ROOT'] ?? '/';

const JARS = ['clojure-1*.jar', 'spec.alpha.jar', 'core.specs.alpha.jar', 'nrepl.jar'];

/** Returns the class path of Clojure and nREPL; if something is missing, null and its name. */
export function classPath(): { readonly path: string | null; readonly missing: string | null } {
  const found: string[] = [];
  for (const jar of JARS) {
    const [file] = globSync(join(ROOT, 'usr/share/java', jar)).toSorted();
    if (file === undefined) return { path: null, missing: jar };
    found.push(file);
  }
  if (spawnSync('java', ['-version']).status !== 0) return { path: null, missing: 'java' };
  return { path: found.join(':'), missing: null };
}

/** A real nREPL on loopback, with stand-ins for two functions of the CircleCI server. */
export interface ClojureServer {
  readonly port: number;
  stop(): void;
}

/** The stand-ins: namespaces and functions with the server's names, and accounts in memory. */
const STUB = `
(ns circle.model.user)
(def accounts (atom []))
(defn where [query & {:keys [only]}]
  (assert (vector? (:$and query)))
  (map #(select-keys % only) (filter :login @accounts)))
(ns circle.http.api.admin-commands.user)
(defn delete-by-login-vcs-type! [login vcs-type]
  (assert (= :github vcs-type))
  (when (= login "guarded") (throw (ex-info "guarded cannot be deleted" {:login login})))
  (swap! circle.model.user/accounts (fn [all] (vec (remove #(= login (:login %)) all))))
  {:deleted login})
(ns user)
(reset! circle.model.user/accounts
  (conj (mapv (fn [n] {:login (str "person-" n) :sign_in_count n}) (range 500))
        {:login "guarded" :sign_in_count 1} {:login nil :sign_in_count 2}))
(require 'nrepl.server)
(println "PORT" (:port (nrepl.server/start-server :bind "127.0.0.1" :port 0)))
@(promise)
`;

/**
 * Starts Clojure and waits until its nREPL listens.
 *
 * @throws Error if Clojure ends before
 */
export async function startClojure(path: string): Promise<ClojureServer> {
  const child: ChildProcess = spawn('java', ['-cp', path, 'clojure.main', '-e', STUB], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const port = await new Promise<number>((resolve, reject) => {
    const heard = (data: unknown): void => {
      said += String(data);
      const [, number] = /PORT (\d+)/.exec(said) ?? [];
      if (number !== undefined) resolve(Number(number));
    };
    child.stdout?.on('data', heard);
    child.stderr?.on('data', heard);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`Clojure ended: ${said}`)));
  });
  return { port, stop: () => child.kill() };
}
