/** As in the kubelet's kuberuntime_container.go. */
const LOG_IS_GONE =
  /^(?:unable to retrieve container logs for \w+:\/\/|failed to try resolving symlinks in path )/;

/**
 * Whether a line of a log response (with timestamps) is the kubelet's message that the log no
 * longer exists. It sends it as text, with status 200.
 */
export function saysLogIsGone(line: string): boolean {
  return LOG_IS_GONE.test(line);
}
