// The package has no types of its own.

declare module 'bencode' {
  const bencode: {
    /** Texts, whole numbers, lists and dictionaries as bytes; keys are sorted. */
    encode(value: unknown): Uint8Array;
    readonly decode: {
      /** The first value of the bytes; texts stay bytes. */
      (data: Uint8Array): unknown;
      /** Where the value that was decoded last has ended: behind the bytes if it was cut off. */
      readonly position: number;
    };
  };
  export = bencode;
}
