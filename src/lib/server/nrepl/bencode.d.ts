// The package has no types of its own.

declare module 'bencode' {
  const bencode: {
    /** Texts, whole numbers, lists and dictionaries as bytes; keys are sorted. */
    encode(value: unknown): Uint8Array;
    /** The first value of the bytes; texts stay bytes. */
    decode(data: Uint8Array): unknown;
  };
  export = bencode;
}
