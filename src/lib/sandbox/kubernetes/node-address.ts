/** A node that pods can be put on. */
export interface NodeAddress {
  readonly name: string;
  readonly ip: string;
}
