/** The name and address of a node that pods can run on. */
export interface NodeAddress {
  readonly name: string;
  readonly ip: string;
}
