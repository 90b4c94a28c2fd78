/** Packages of Java and Clojure libraries, whose messages are not about the pipeline's work. */
const FOREIGN = /^(?!(?:com|io)\.circleci\b)(?:com|org|io|net|java|javax|sun|jdk|ch|clojure)\./;

/** The namespaces of those parts of the services that process builds. */
const PIPELINE =
  /^(?:(?:com|io)\.circleci\.)?(?:circle\.(?:backend\.build|model)|(?:picard-|legacy-)?dispatcher|(?:picard-)?scheduler(?:er)?|output(?:-processor)?|distributor|(?:docker-)?provisioner)\b/;

/** Returns whether a record comes from a library rather than from the service itself. */
export function isForeign(namespace: string | null): boolean {
  return namespace !== null && FOREIGN.test(namespace);
}

/** Returns whether a record comes from a part that processes builds. */
export function isOfPipeline(namespace: string | null): boolean {
  return namespace !== null && PIPELINE.test(namespace);
}
