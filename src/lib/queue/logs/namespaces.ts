/** Packages of Java's and Clojure's libraries: what they log is none of the pipeline's work. */
const FOREIGN = /^(?!(?:com|io)\.circleci\b)(?:com|org|io|net|java|javax|sun|jdk|ch|clojure)\./;

/** What the services of the pipeline call the parts that carry builds along. */
const PIPELINE =
  /^(?:(?:com|io)\.circleci\.)?(?:circle\.(?:backend\.build|model)|(?:picard-|legacy-)?dispatcher|(?:picard-)?scheduler(?:er)?|output(?:-processor)?|distributor|(?:docker-)?provisioner)\b/;

/** Whether a record is of a library, and not of a service itself. */
export function isForeign(namespace: string | null): boolean {
  return namespace !== null && FOREIGN.test(namespace);
}

/** Whether a record is of a part that carries builds along. */
export function isOfPipeline(namespace: string | null): boolean {
  return namespace !== null && PIPELINE.test(namespace);
}
